import type { Annotation, OutputName, Runner } from '../../src/github/runner.js';
import type { Logger } from '../../src/system/ports.js';

export interface RecordingLogger extends Logger {
  readonly lines: { readonly level: 'info' | 'warn' | 'error' | 'debug'; readonly message: string }[];
  /** The messages of one level. */
  at(level: 'info' | 'warn' | 'error' | 'debug'): string[];
}

export function recordingLogger(): RecordingLogger {
  const lines: RecordingLogger['lines'] = [];
  const record =
    (level: 'info' | 'warn' | 'error' | 'debug') =>
    (message: string): void => {
      lines.push({ level, message });
    };
  return {
    lines,
    at: (level) => lines.filter((line) => line.level === level).map(({ message }) => message),
    info: record('info'),
    warn: record('warn'),
    error: record('error'),
    debug: record('debug'),
  };
}

/** A runner that remembers what it was told. */
export interface RecordingRunner extends Runner {
  readonly logger: RecordingLogger;
  readonly masked: string[];
  readonly annotations: Annotation[];
  readonly outputs: Map<OutputName, string>;
  readonly summaries: string[];
  readonly printed: string[];
}

export function recordingRunner(): RecordingRunner {
  const masked: string[] = [];
  const annotations: Annotation[] = [];
  const outputs = new Map<OutputName, string>();
  const summaries: string[] = [];
  const printed: string[] = [];
  return {
    logger: recordingLogger(),
    masked,
    annotations,
    outputs,
    summaries,
    printed,
    mask: (secret) => void masked.push(secret),
    annotate: (annotation) => void annotations.push(annotation),
    output: (name, value) => void outputs.set(name, value),
    summarize: (markdown) => {
      summaries.push(markdown);
      return Promise.resolve();
    },
    print: (text) => void printed.push(text),
  };
}
