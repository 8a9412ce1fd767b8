/** `npm run lint` runs this over src/: who may import whom, types included. */
import { ADAPTERS, ENTRIES, ROOMS, WORLD } from './scripts/rooms.mjs';

const room = (names) => `^src/(${names.join('|')})(/|\\.ts$)`;
/** `a/{b,c}` as a regular expression. */
const adapters = `^src/(${ADAPTERS.map((path) => path.replaceAll('{', '(').replaceAll('}', ')').replaceAll(',', '|')).join('|')})\\.(d\\.)?ts$`;
const entries = `^src/(${ENTRIES.join('|')})\\.ts$`;

export default {
  forbidden: [
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'nothing-unused',
      severity: 'error',
      from: { orphan: true, pathNot: [entries, '\\.d\\.ts$'] },
      to: {},
    },
    ...ROOMS.flatMap((beside, level) =>
      beside.map((name) => ({
        name: `${name}-imports-rooms-further-down`,
        severity: 'error',
        from: { path: room([name]), pathNot: entries },
        to: { path: room(ROOMS.slice(0, level + 1).flat()), pathNot: room([name]) },
      })),
    ),
    {
      name: 'entries-wire-adapters',
      severity: 'error',
      from: { path: '^src/', pathNot: [adapters, entries] },
      to: { path: adapters, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'adapters-touch-the-world',
      severity: 'error',
      from: { path: '^src/', pathNot: [adapters, entries, '^src/demo/'] },
      to: { path: `^(node_modules/)?(${WORLD.join('|')})(/|$)` },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { extensions: ['.ts', '.d.ts', '.js', '.mjs'] },
  },
};
