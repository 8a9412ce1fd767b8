import { beforeEach, describe, expect, test } from '@jest/globals';
import { artifactName, type ArtifactRequest, openUpload } from '../../src/github/artifact.js';
import { fakeArtifacts } from '../fakes/artifacts.js';
import { recordingRunner, type RecordingRunner } from '../fakes/runner.js';

const FILES = { folder: '/temp/flowgate-results', files: ['/temp/flowgate-results/results.json'] };

let runner: RecordingRunner;

beforeEach(() => {
  runner = recordingRunner();
});

async function upload(request: Partial<ArtifactRequest> = {}, store = fakeArtifacts()) {
  const ports = { runner, load: () => Promise.resolve(store) };
  const act = await openUpload(ports, { name: 'load', required: false, env: {}, ...request });
  return { isDone: await act(FILES), store };
}

test('what was written is uploaded under the name, and its id is an output', async () => {
  const { isDone, store } = await upload();
  expect(isDone).toBe(true);
  expect(store.uploaded).toEqual([{ name: 'load', ...FILES }]);
  expect(runner.outputs.get('artifact-id')).toBe('1');
});

test('without a name nothing is loaded', async () => {
  const load = () => Promise.reject(new Error('loaded'));
  const act = await openUpload({ runner, load }, { name: undefined, required: false, env: {} });
  expect(await act(FILES)).toBe(true);
  expect(runner.logger.lines).toEqual([]);
});

describe('what cannot be uploaded', () => {
  const refusing = (message: string) => fakeArtifacts(new Error(message));

  test('is a warning', async () => {
    const { isDone } = await upload({}, refusing('no room'));
    expect(isDone).toBe(true);
    expect(runner.logger.at('warn')).toEqual([
      'The artifact "load" could not be uploaded: no room. The verdict is not affected.',
    ]);
    expect(runner.outputs.size).toBe(0);
  });

  test('is told of a service that does not say why', async () => {
    await upload({}, refusing(''));
    expect(runner.logger.at('warn').join()).toContain('could not be uploaded: the service gave no reason.');
  });

  test('is an error where others wait for it', async () => {
    const { isDone } = await upload({ required: true }, refusing('no room'));
    expect(isDone).toBe(false);
    expect(runner.logger.at('error').join()).toContain('the shards of this run cannot be joined');
  });

  test('names the inputs that give a step a name of its own', async () => {
    await upload({}, refusing('Failed to CreateArtifact: (409) Conflict'));
    expect(runner.logger.at('warn').join()).toContain('with the input artifact or comment-key');
  });

  test('is said when the files are there, if it is the client that is missing', async () => {
    const load = () => Promise.reject(new Error('no such file'));
    const act = await openUpload({ runner, load }, { name: 'load', required: true, env: {} });
    expect(await act(FILES)).toBe(false);
    expect(runner.logger.at('error').join()).toContain('no such file');
  });
});

test.each([
  ['https://github.example.com', 0],
  ['https://github.com', 1],
  ['https://octo.ghe.com', 1],
  [undefined, 1],
])('on %s %d artifacts are uploaded', async (server, count) => {
  const { isDone, store } = await upload({ required: true, env: { GITHUB_SERVER_URL: server } });
  expect(isDone).toBe(true);
  expect(store.uploaded).toHaveLength(count);
  expect(runner.logger.at('info').join()).toMatch(
    count === 0 ? /The files are in \/temp\/flowgate-results/ : /^$/,
  );
});

describe('a name that is made', () => {
  test('tells keys apart and shows the job', () => {
    const [one, two] = ['ci/gate/12345678', 'ci/gate/87654321'].map((key) =>
      artifactName({ key, job: 'gate' }),
    );
    expect(one).toMatch(/^flowgate-gate-[0-9a-f]{8}$/);
    expect(two).not.toBe(one);
  });

  test('has no character that the service refuses', () => {
    expect(artifactName({ key: 'k', job: '../a:b*c "x" ü' })).toMatch(/^flowgate-a-b-c-x-[0-9a-f]{8}$/);
    expect(artifactName({ key: 'k', job: '' })).toMatch(/^flowgate-[0-9a-f]{8}$/);
  });
});
