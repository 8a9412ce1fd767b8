/** One group on the way from our own up to the top of the mount. */
export interface GroupState {
  /** Absolute folder. */
  readonly folder: string;
  /** Controllers that it hands on to the groups in it (cgroup.subtree_control). */
  readonly handsOn: readonly string[];
  /** It has a limit of its own on memory or CPU, which nothing may leave. */
  readonly limited: boolean;
}

type ParentChoice =
  { readonly folder: string; readonly controllers: readonly string[] } | { readonly reason: string };

/**
 * The group of cgroup v2 to make ours in: the nearest that hands on the most of the wanted controllers. Our own group
 * seldom does: one that hands on controllers may hold no processes ("no internal processes", cgroup-v2.rst), and it
 * holds us. A group beside ours is bound by the same ancestors; the way up therefore ends at a group with a limit,
 * which a group beside it would escape.
 */
export function chooseParent(chain: readonly GroupState[], wanted: readonly string[]): ParentChoice {
  const end = chain.findIndex(({ limited }) => limited);
  const reachable = end < 0 ? chain : chain.slice(0, end + 1);
  const found = reachable.map(({ folder, handsOn }) => ({
    folder,
    controllers: wanted.filter((controller) => handsOn.includes(controller)),
  }));
  const most = Math.max(0, ...found.map(({ controllers }) => controllers.length));
  const best = found.find(({ controllers }) => controllers.length === most);
  if (best !== undefined && most > 0) return best;
  const limit = chain[end];
  const beyond =
    limit === undefined
      ? ''
      : `; ${limit.folder} has a limit of its own, which a group beside it would escape`;
  return {
    reason: `no group that we are in hands on ${wanted.join(', ')} (cgroup.subtree_control)${beyond}`,
  };
}
