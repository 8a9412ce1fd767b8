import { init } from '../init/index.js';
import type { Terminal } from './terminal.js';

/** `flowgate init`: writes what is missing for a first gate, and says what was found, written and kept. */
export async function initRepository({ screen, ports, cwd }: Terminal): Promise<number> {
  const { found, written, kept } = await init(ports.files, cwd);
  const lines = [
    `found: ${found}`,
    ...written.map((path) => `wrote ${path}`),
    ...kept.map((path) => `kept ${path}, which was there already`),
    ...(written.length === 0 ? [] : ['try it here with: npx flowgate run']),
  ];
  screen.write(`${lines.join('\n')}\n`);
  return 0;
}
