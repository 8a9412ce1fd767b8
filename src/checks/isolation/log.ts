import { FlowCanary } from '../../flows/canary.js';
import type { FlowStart } from '../../flows/runner.js';
import type { FlowInspector } from '../../load/flows.js';
import { type Identity, iterationOf, tokenOf } from '../../lib/identity.js';
import { placeholdersIn } from '../../lib/placeholders.js';
import type { Contamination, Sighting, TokensSeen } from '../../model/checks.js';
import { type HttpWork, type ScenarioPlan, worksOf } from '../../model/plan.js';
import type { Files } from '../../system/ports.js';
import { isolation } from './isolation.js';

/** Sightings kept of a run. */
const KEPT = 20;
/** Of one workspace: files, and bytes of all together. */
const MOST_FILES = 1000;
const MOST_BYTES = 16 * 1024 * 1024;
/** Workspaces that wait to be searched; what comes beyond them is let go, so that flows never wait for it. */
const MOST_WAITING = 64;

interface ContaminationOptions {
  readonly files: Pick<Files, 'readBelow'>;
  readonly identity: Identity;
  /** Warm-up flows that ran before. */
  readonly warmup: number;
}

/** Adds up what the flows of a run saw of each other, and searches what each left in its workspace. */
export class ContaminationLog implements FlowInspector {
  readonly #options: ContaminationOptions;
  readonly #sightings: Sighting[] = [];
  readonly #searching = new Set<Promise<void>>();
  #latest = 0;
  #searched = 0;
  #own = 0;
  #contaminated = 0;
  #count = 0;
  #incomplete = 0;

  constructor(options: ContaminationOptions) {
    this.#options = options;
  }

  /** A token is another flow's only if there is or was such a flow. */
  begun({ iteration }: FlowStart): void {
    this.#latest = Math.max(this.#latest, iteration);
  }

  /** A flow has ended. If it left something, its workspace is searched, and `done` called when that is over. */
  ended(start: FlowStart, seen: TokensSeen | undefined, done?: () => void): void {
    if (done === undefined) {
      this.#note(start, [seen]);
      return;
    }
    if (this.#searching.size >= MOST_WAITING) {
      this.#note(start, [seen, UNSEARCHED]);
      done();
      return;
    }
    const searching = this.#search(start)
      .then((inFiles) => {
        this.#note(start, [seen, inFiles]);
      })
      .finally(() => {
        this.#searching.delete(searching);
        done();
      });
    this.#searching.add(searching);
  }

  /** Resolves when every workspace is searched. */
  async settle(): Promise<void> {
    await Promise.allSettled(this.#searching);
  }

  recorded(): Contamination {
    return {
      searched: this.#searched,
      own: this.#own,
      contaminated: this.#contaminated,
      count: this.#count,
      sightings: this.#sightings.toSorted((a, b) => a.iteration - b.iteration),
      incomplete: this.#incomplete,
    };
  }

  async #search({ token, workspace }: FlowStart): Promise<TokensSeen> {
    const canary = new FlowCanary(token);
    const whole = await this.#options.files.readBelow(workspace, {
      maxFiles: MOST_FILES,
      maxBytes: MOST_BYTES,
      open: (path) => {
        canary.text(path, 'file name', path);
        return canary.listen('file', path);
      },
    });
    if (!whole) canary.missed();
    return canary.seen();
  }

  #note({ slot, iteration }: FlowStart, parts: readonly (TokensSeen | undefined)[]): void {
    const [first] = parts;
    // Almost always, and of HTTP flows tens of thousands of times a second.
    if (parts.length === 1 && first !== undefined && first.others.length === 0 && !first.missed) {
      this.#searched += 1;
      if (first.own) this.#own += 1;
      return;
    }
    const all = parts.filter((part) => part !== undefined);
    const others = all.flatMap((part) => part.others.filter(({ token }) => this.#isOfAFlow(token)));
    // Beyond those that a flow keeps, nobody can say whose they were.
    const beyond = all.reduce((sum, part) => sum + part.count - part.others.length, 0);
    this.#searched += 1;
    if (all.some(({ own }) => own)) this.#own += 1;
    if (all.length < parts.length || all.some(({ missed }) => missed)) this.#incomplete += 1;
    if (others.length === 0) return;
    this.#contaminated += 1;
    this.#count += others.length + beyond;
    const room = KEPT - this.#sightings.length;
    this.#sightings.push(...others.slice(0, room).map((seen) => ({ slot, iteration, ...seen })));
  }

  #isOfAFlow(token: string): boolean {
    const { identity, warmup } = this.#options;
    const iteration = iterationOf(identity, token);
    if (iteration !== undefined && tokenOf(identity, iteration) === token) {
      return iteration >= 1 && iteration <= this.#latest;
    }
    const count = Number(token.slice(tokenOf(identity, 'w0').length - 1));
    return count >= 1 && count <= warmup && tokenOf(identity, `w${count}`) === token;
  }
}

const UNSEARCHED: TokensSeen = { own: false, others: [], count: 0, missed: true };

/**
 * Whether what flows see is searched for tokens. Not where nobody asks for it, and not where no request carries one:
 * then no response can hold another flow's.
 */
export function seesTokens({ checks, work }: ScenarioPlan): boolean {
  if ((checks.isolation ?? isolation.level) === 'off') return false;
  return worksOf(work).some((each) => each.kind !== 'http' || sendsTokens(each));
}

function sendsTokens({ requests }: HttpWork): boolean {
  const sent = JSON.stringify(requests.map(({ url, headers, body }) => ({ url, headers, body })));
  return placeholdersIn(sent).some(({ word }) => word === 'token');
}

/** Undefined if nothing is searched. */
export function contaminationLogOf(
  plan: ScenarioPlan,
  run: Omit<ContaminationOptions, 'warmup'>,
): ContaminationLog | undefined {
  return seesTokens(plan) ? new ContaminationLog({ ...run, warmup: plan.warmup }) : undefined;
}
