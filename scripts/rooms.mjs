/**
 * The rooms of src/ and their order (docs/architecture.md). A room imports rooms further down this list; none beside it
 * or above it. The linters hold this: .dependency-cruiser.mjs and eslint.config.mjs.
 */
export const ROOMS = [
  ['main', 'cli', 'host', 'proxy', 'guard', 'artifact'],
  ['adapters'],
  ['publish'],
  ['github'],
  ['gate', 'merge'],
  ['saved'],
  ['gate-changes'],
  ['report', 'verdict', 'config'],
  ['compare', 'shards'],
  ['run'],
  ['import'],
  ['ladder', 'checks', 'faults', 'data', 'accept'],
  ['load', 'services'],
  ['flows'],
  ['watch', 'history', 'init'],
  ['measure', 'system'],
  ['lib'],
  ['model'],
];

/** The entries: each is a bundle of dist/. They alone wire adapters in. */
export const ENTRIES = ['main', 'cli', 'host', 'proxy', 'guard', 'artifact'];

/** Files that touch the world: processes, files, sockets, the clock. All others take what they need as an argument. */
export const ADAPTERS = [
  'adapters',
  'cli/screen',
  'compare/trees/{git,tree-files}',
  'faults/limits/open',
  'faults/limits/cgroup/{tree,session}',
  'faults/network/{proxy,process}',
  'flows/command/{launcher,slot,barrier,output-pipe}',
  'flows/http/{client,undici-parts}',
  'flows/module/{host-threads,import}',
  'github/{runner,command-files,open,client,octokit}',
  'publish/{client,start}',
  'services/{free-ports,probes}',
  'system/{channel,clock,environment,files,guard,interrupt,kill,no-debugger,own-script,processes,python,remove-tree,subreaper}',
  'watch/{end-run,machine,pidusage}',
  'watch/procfs/{table,member,group,descriptors,reader}',
];

/** What only adapters import. */
export const WORLD = [
  'child_process',
  'fs',
  'fs/promises',
  'http',
  'https',
  'net',
  'os',
  'timers',
  'timers/promises',
  'worker_threads',
  '@actions/artifact',
  '@actions/core',
  '@actions/github',
  '@octokit/plugin-retry',
  '@octokit/plugin-throttling',
  'get-port',
  'pidtree',
  'pidusage',
  'undici-v7',
];
