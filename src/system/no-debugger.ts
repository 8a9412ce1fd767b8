import { url as inspectorUrl, close as closeInspector } from 'node:inspector';

/*
 * A debugger reads the memory of a process, tokens too, and can make it say anything. Flows run as the same user, so
 * that they may send us signals: Node opens a debugger on SIGUSR1, and with options of its own it writes memory to a file
 * on SIGUSR2. To be imported before anything else.
 */
for (const signal of ['SIGUSR1', 'SIGUSR2'] as const) {
  process.removeAllListeners(signal);
  process.on(signal, () => undefined);
}

/** A person may debug flowgate by the command line (`node --inspect`); an environment that the job sets does not. */
const asked = process.execArgv.some((argument) => argument.startsWith('--inspect'));
if (!asked && inspectorUrl() !== undefined) closeInspector();
