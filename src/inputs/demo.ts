/** The built-in module that is run when nothing else is named. */
export const DEMO_MODULE = 'flowgate:demo';
