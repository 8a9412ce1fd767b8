import { existsSync } from 'node:fs';

/** dash where there is one: as /bin/sh it is bash on macOS and on some Linux systems. */
export const SHELL = ['/bin/dash', '/usr/bin/dash'].find((path) => existsSync(path)) ?? '/bin/sh';
