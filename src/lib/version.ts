/** Of package.json, which the bundle does not carry; a test holds the two together. */
export const VERSION = '0.1.0';
