import { execFileSync } from 'node:child_process';
import { PYTHON } from '../e2e/python.js';

export interface Element {
  readonly tag: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly text: string;
  readonly children: readonly Element[];
}

const READER = `
import json, sys
from xml.etree import ElementTree
def told(e):
    return {"tag": e.tag, "attributes": e.attrib, "text": e.text or "", "children": [told(c) for c in e]}
def read(text):
    try:
        return told(ElementTree.fromstring(text.encode("utf-8", "surrogatepass")))
    except Exception as error:
        return str(error)
json.dump([read(text) for text in json.load(sys.stdin)], sys.stdout)
`;

let interpreter: string | undefined;

/** What `python3` is in the end: the scripts of pyenv take a quarter of a second each time. */
function python(): string {
  interpreter ??= execFileSync(PYTHON, ['-c', 'import sys; print(sys.executable)'], {
    encoding: 'utf8',
  }).trim();
  return interpreter;
}

/** The root of each text, as expat (the XML parser of Python) reads it; a string says why one is no XML. */
export function readXml(texts: readonly string[]): readonly (Element | string)[] {
  const answer = execFileSync(python(), ['-c', READER], {
    input: JSON.stringify(texts),
    encoding: 'utf8',
    maxBuffer: 256e6,
  });
  return JSON.parse(answer) as (Element | string)[];
}

/** The first below an element, or itself, with this tag. */
export function all(element: Element, tag: string): readonly Element[] {
  return [...(element.tag === tag ? [element] : []), ...element.children.flatMap((child) => all(child, tag))];
}
