import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeShards } from './shard-files.mjs';

const FLOWS = 100_000;
const cli = join(import.meta.dirname, '../dist/cli.js');

/** Prints the most that was ever resident, in KB, as the process ends. */
const MEASURED = `process.on('exit', () => process.stderr.write('peak ' + process.resourceUsage().maxRSS + '\\n'))`;

/** Seconds and MB that `flowgate merge` takes for so many shards. */
async function merge(shards) {
  const folder = mkdtempSync(join(tmpdir(), 'flowgate-bench-'));
  try {
    await writeShards(join(folder, 'shards'), { shards, flows: FLOWS });
    const node = ['--import', `data:text/javascript,${encodeURIComponent(MEASURED)}`];
    const began = performance.now();
    const script = `"$0" "$@" 2>&1 >/dev/null`;
    const said = execFileSync(
      'sh',
      ['-c', script, process.execPath, ...node, cli, 'merge', 'shards', '--json', 'results.json'],
      { cwd: folder, encoding: 'utf8' },
    );
    const seconds = (performance.now() - began) / 1000;
    const [, peak] = /peak (\d+)/.exec(said) ?? [];
    return { 'time, s': seconds, 'peak memory, MB': (Number(peak) * 1024) / 1e6 };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export default {
  title: `Merging shards of ${FLOWS.toLocaleString('en')} HTTP flows each`,
  unit: 's, MB',
  target: 'Target: 100 shards in less than 10 s and 1 GB.',
  rounds: 3,
  untimed: true,
  columns: ['time, s', 'peak memory, MB'],
  peers: [
    { name: 'flowgate merge, 100 shards', run: () => merge(100) },
    { name: 'flowgate merge, 10 shards', run: () => merge(10) },
  ],
};
