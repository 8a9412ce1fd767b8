import { describe, expect, test } from '@jest/globals';
import {
  commentKey,
  compareAge,
  formatMarker,
  givenKey,
  type Marker,
  parseMarker,
  workflowPath,
} from '../../src/github/comment.js';

const marker: Marker = {
  key: 'ci/gate',
  run: 17_000_000_001,
  attempt: 2,
  verdict: 'fail',
  inputs: '0a1b2c3d',
  nonce: 'f00d',
};

describe('a marker', () => {
  test('is read back as it was written', () => {
    expect(parseMarker(`${formatMarker(marker)}\n### flowgate`)).toEqual(marker);
  });

  test('counts only at the beginning of the comment, so that a quotation is none', () => {
    expect(parseMarker(`> ${formatMarker(marker)}`)).toBeUndefined();
    expect(parseMarker(`See this:\n${formatMarker(marker)}`)).toBeUndefined();
  });

  test.each([
    '<!-- flowgate:ci/gate -->',
    '<!-- flowgate:ci/gate run=x attempt=1 verdict=pass inputs=0a1b2c3d by=f00d -->',
    '<!-- flowgate:ci/gate run=1 attempt=1 verdict=great inputs=0a1b2c3d by=f00d -->',
    '<!-- flowgate:ci/gate run=1 attempt=1 verdict=pass -->',
    '',
  ])('%s is none', (body) => {
    expect(parseMarker(body)).toBeUndefined();
  });
});

describe('age', () => {
  test('goes by run, then by attempt', () => {
    const older = (a: Partial<Marker>, b: Partial<Marker>): boolean =>
      compareAge({ ...marker, ...a }, { ...marker, ...b }) < 0;
    expect(older({ run: 9, attempt: 3 }, { run: 10, attempt: 1 })).toBe(true);
    expect(older({ attempt: 1 }, { attempt: 2 })).toBe(true);
    expect(compareAge(marker, marker)).toBe(0);
  });
});

describe('the key', () => {
  const owner = { workflow: 'ci', job: 'gate' };

  test('is workflow and job', () => {
    expect(commentKey(owner)).toBe('ci/gate');
  });

  test('has no part for a job without a matrix', () => {
    for (const matrix of ['', 'null', '{}', ' null\n'])
      expect(commentKey({ ...owner, matrix })).toBe('ci/gate');
  });

  test('tells the legs of a matrix apart, however their JSON is written', () => {
    const key = commentKey({ ...owner, matrix: '{"node": 20, "os": "linux"}' });
    expect(key).toMatch(/^ci\/gate\/[0-9a-f]{8}$/);
    expect(commentKey({ ...owner, matrix: '{"os":"linux",\n  "node":20}' })).toBe(key);
    expect(commentKey({ ...owner, matrix: '{"os":"linux","node":22}' })).not.toBe(key);
  });

  test('tells the steps of a job apart', () => {
    const keys = ['__flowgate_flowgate', '__flowgate_flowgate_2', 'a/b#c'].map((step) =>
      commentKey({ ...owner, step }),
    );
    expect(keys).toEqual([
      'ci/gate#__flowgate_flowgate',
      'ci/gate#__flowgate_flowgate_2',
      'ci/gate#a%2Fb%23c',
    ]);
    for (const key of keys) {
      expect(parseMarker(formatMarker({ ...marker, key }))?.key).toBe(key);
    }
  });

  test('leaves out a step whose name is made anew in every run, as inside a composite action', () => {
    const step = '__0b8c4f6e-3a52-4d0c-9f6b-52d8f1f4a001';
    expect(commentKey({ ...owner, step })).toBe('ci/gate');
    expect(commentKey({ ...owner, step: '' })).toBe('ci/gate');
  });

  test('survives a name that would end the HTML comment, and keeps names apart', () => {
    const workflow = 'a --> <img src=x> \n run=9 ';
    const key = commentKey({ workflow, job: 'gate' });
    const text = formatMarker({ ...marker, key });
    expect(text.indexOf('-->')).toBe(text.length - 3);
    expect(parseMarker(text)).toEqual({ ...marker, key });
    expect(commentKey({ workflow: 'a b', job: 'c' })).not.toBe(commentKey({ workflow: 'a', job: 'b/c' }));
    expect(commentKey({ workflow: 'a/b', job: 'c' })).not.toBe(commentKey({ workflow: 'a', job: 'b/c' }));
  });

  test('that is given is never one that is made', () => {
    const given = givenKey('ci/gate');
    expect(given).not.toBe(commentKey(owner));
    expect(parseMarker(formatMarker({ ...marker, key: given }))?.key).toBe(given);
    expect(givenKey('a --> b')).not.toMatch(/[\s>]/);
  });

  test('is bounded, so that the marker does not crowd out the comment', () => {
    expect(givenKey('x'.repeat(70_000)).length).toBeLessThan(400);
    expect(givenKey('x'.repeat(70_000))).not.toBe(givenKey('x'.repeat(70_001)));
  });
});

describe('the workflow', () => {
  test.each([
    ['octo/repo/.github/workflows/ci.yml@refs/heads/main', '.github/workflows/ci.yml'],
    ['octo/repo/.github/workflows/ci.yml@refs/pull/7/merge', '.github/workflows/ci.yml'],
    ['octo/.github/.github/workflows/all.yml@refs/heads/main', 'octo/.github/.github/workflows/all.yml'],
  ])('%s is %s', (reference, path) => {
    expect(workflowPath(reference, 'octo/repo')).toBe(path);
  });
});
