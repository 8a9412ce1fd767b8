import { describe, expect, test } from '@jest/globals';
import { normalizeMessage } from '../../src/lib/message.js';

const normal = (message: string) => normalizeMessage(message);

describe('the kind of an error', () => {
  test.each([
    ['exit status 3', 'exit status 3'],
    ['Command failed with exit code 137', 'Command failed with exit code 137'],
    ['HTTP 503 from upstream', 'HTTP 503 from upstream'],
    ['Request failed with status code 404', 'Request failed with status code 404'],
    ['order 4711 is gone', 'order <n> is gone'],
    ['order4711 is gone', 'order<n> is gone'],
    ['2 of 3 left', '2 of 3 left'],
    ['ratio 0.98231', 'ratio <n>'],
    ['flow 3 lost to flow 12', 'flow <n> lost to flow <n>'],
    ['job #7 failed', 'job #<n> failed'],
    ['connect ECONNREFUSED 127.0.0.1:54321', 'connect ECONNREFUSED 127.0.0.1:<port>'],
    ['http://localhost:3000/a', 'http://localhost:<port>/a'],
    ['at 0xdeadbeef', 'at <hex>'],
    ['commit 1f3a9bc is bad', 'commit <hex> is bad'],
    ['facade defaced', 'facade defaced'],
    ['id 123e4567-e89b-12d3-a456-426614174000', 'id <uuid>'],
    ['2026-01-02T03:04:05.678Z boom', '<time> boom'],
    ['2026-01-02 03:04:05,678 boom', '<time> boom'],
    ['[03:04:05] boom', '[<time>] boom'],
    ['took 1.52s, limit 900ms', 'took <duration>, limit <duration>'],
    ['ENOENT /tmp/flowgate-x1/place/a.txt: no', 'ENOENT <path>: no'],
    ["open '/var/folders/zz/T/a-9'", "open '<path>'"],
    ['open C:\\Users\\me\\AppData\\Local\\Temp\\a9\\b.txt', 'open <path>'],
    ['open /srv/app/config.json', 'open /srv/app/config.json'],
    ['saw fg-0123456789ab-77 here', 'saw <token> here'],
    ['  two\n lines\t', 'two lines'],
    ['\u001b[31mred\u001b[0m', 'red'],
    ['\u001b]8;;https://example.org\u0007link\u001b]8;;\u0007', 'link'],
    ['', ''],
  ])('%j is %j', (message, kind) => {
    expect(normal(message)).toBe(kind);
  });

  test('hostile lengths cost no more than their length', () => {
    for (const piece of ['/a', '1', 'a1', '[', 'C:\\', '0.', 'a/tmp', '-', '1:']) {
      expect(normal(piece.repeat(200_000)).length).toBeLessThanOrEqual(300);
    }
  });
});
