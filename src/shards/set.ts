import type { ShardFile } from '../model/shard.js';
import { shareText } from '../model/share.js';
import type { Results } from '../model/results.js';

/** What tells whether a file is a shard of the same run as another. */
export interface ShardName extends Pick<ShardFile, 'flowgate' | 'shard' | 'config' | 'git' | 'run'> {
  /** Where it is. */
  readonly file: string;
  /** Digest of what all its scenarios ask for. */
  readonly asked: string;
}

/** The run that is joined, where that is known without the files. */
export type KnownRun = Pick<Results, 'run'> & Pick<Results, 'git'>;

interface ShardSet<T> {
  /** Each shard that is there, once, by its index. */
  readonly shards: readonly T[];
  /** What is missing, there twice, or foreign: a sentence each, which names it. With one the run is not judged. */
  readonly faults: readonly string[];
}

/** What must be the same, and how it is called. */
const ALIKE: readonly { readonly of: string; readonly text: (name: ShardName) => string }[] = [
  { of: 'of another commit', text: ({ git }) => git.sha ?? '' },
  { of: 'of another repository', text: ({ git }) => git.repository ?? '' },
  { of: 'of another run', text: ({ run }) => String(run?.id ?? '') },
  { of: 'of another attempt of the run', text: ({ run }) => String(run?.attempt ?? '') },
  { of: 'of another config or other inputs', text: ({ config, asked }) => `${config} ${asked}` },
  { of: 'of another number of shards', text: ({ shard }) => String(shard.of) },
  { of: 'of another version of flowgate', text: ({ flowgate }) => flowgate },
];

/**
 * Sorts out which files are the shards of one run. Without a known run that is the run of most of them.
 * @param names at least one
 */
export function shardSet<T extends ShardName>(names: readonly T[], known?: KnownRun): ShardSet<T> {
  const model = modelOf(names, known);
  const foreign = new Map(names.map((name) => [name, differenceOf(name, model, known)]));
  const here = names.filter((name) => foreign.get(name) === undefined);
  // Where all of them are another run's, that run is shown, and not judged.
  const own = here.length > 0 ? here : names.filter((name) => differenceOf(name, model) === undefined);
  const byIndex = new Map<number, T[]>();
  for (const name of own) byIndex.set(name.shard.index, [...(byIndex.get(name.shard.index) ?? []), name]);
  const faults = [...foreign].flatMap(([{ file, shard }, difference]) =>
    difference === undefined ? [] : [`shard ${shareText(shard)} in ${file} is foreign: it is ${difference}`],
  );
  const { of } = model.shard;
  const indices = Array.from({ length: of }, (_, index) => index + 1);
  for (const index of indices) {
    const files = byIndex.get(index) ?? [];
    if (files.length === 0) faults.push(`shard ${shareText({ index, of })} is missing`);
    if (files.length > 1) {
      faults.push(
        `shard ${shareText({ index, of })} is there ${timesWords(files.length)}: ${files.map(({ file }) => file).join(', ')}`,
      );
    }
  }
  return { shards: indices.flatMap((index) => byIndex.get(index)?.[0] ?? []), faults };
}

function timesWords(count: number): string {
  return count === 2 ? 'twice' : `${count} times`;
}

/** Of the most files; among as many, of the one that comes first. */
function modelOf<T extends ShardName>(names: readonly T[], known: KnownRun | undefined): T {
  const own = names.filter((name) => isKnown(name, known));
  const candidates = own.length === 0 ? names : own;
  const groups = new Map<string, T[]>();
  for (const name of candidates) {
    const key = JSON.stringify(ALIKE.map(({ text }) => text(name)));
    groups.set(key, [...(groups.get(key) ?? []), name]);
  }
  const [largest] = [...groups.values()].sort((one, other) => other.length - one.length);
  const [model] = largest ?? [];
  if (model === undefined) throw new RangeError('there is no shard');
  return model;
}

function isKnown({ run, git }: ShardName, known: KnownRun | undefined): boolean {
  return known?.run === undefined || (run?.id === known.run.id && git.sha === known.git.sha);
}

function differenceOf(name: ShardName, model: ShardName, known?: KnownRun): string | undefined {
  if (known?.run !== undefined) {
    const here = { ...name, run: known.run, git: { ...known.git } };
    const other = ALIKE.slice(0, 4).find(({ text }) => text(name) !== text(here));
    if (other !== undefined) return `${other.of} than this one`;
  }
  const other = ALIKE.find(({ text }) => text(name) !== text(model));
  return other && `${other.of} than ${model.file}`;
}
