import type { ProcessReading, ProcessTable, ReadingCare, TreeRoot } from '../../src/watch/table.js';

/** A living process of a flow with nothing special about it, changed by `given`. */
export function aReading(given: Partial<ProcessReading> & { readonly pid: number }): ProcessReading {
  return {
    parent: 1,
    startTime: 0,
    role: 'flow',
    root: given.pid,
    launcher: false,
    command: `command ${given.pid}`,
    memory: 0,
    peakMemory: given.memory ?? 0,
    cpuTime: 0,
    childrenCpuTime: 0,
    threads: 1,
    ...given,
  };
}

type Answer = readonly ProcessReading[] | Promise<readonly ProcessReading[]>;

/** A process table that says what a test tells it to, and remembers what it was asked. */
export class FakeProcessTable implements ProcessTable {
  readonly asked: (readonly TreeRoot[])[] = [];
  /** Whether each reading was to be careful. */
  readonly careful: boolean[] = [];
  closed = false;

  /** `answer` is called for every read; what it throws, the read throws. */
  constructor(
    public answer: () => Answer = () => [],
    readonly source = 'fake',
  ) {}

  read(roots: readonly TreeRoot[], { careful = false }: ReadingCare = {}): Answer {
    this.asked.push(roots);
    this.careful.push(careful);
    return this.answer();
  }

  close(): void {
    this.closed = true;
  }
}
