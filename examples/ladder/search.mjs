// A search as one flow: most of its time it waits for its data, and for a part of it it needs the one index that all
// share, alone. The more searches at once, the longer they queue there: contention, the σ of the ladder's law.
const LOOKING = 60;
const INDEX = 6;

export function setup() {
  return { index: Promise.resolve() };
}

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export default async function search({ shared, step }) {
  await step('look', () => wait(LOOKING));
  await step('index', () => {
    shared.index = shared.index.then(() => wait(INDEX));
    return shared.index;
  });
}
