/** What can be filled in, as `{{name}}`. */
export const TEMPLATE_NAMES = ['token', 'flow', 'iteration'] as const;

type TemplateName = (typeof TEMPLATE_NAMES)[number];
export type TemplateValues = Readonly<Record<TemplateName, string | number>>;

const PLACE = /\{\{\s*([^{}]*?)\s*\}\}/gu;

/** Names in the text that stand for nothing. */
export function unknownNames(text: string): readonly string[] {
  return [...text.matchAll(PLACE)].map(([, name = '']) => name).filter((name) => !isKnown(name));
}

/** A text that is ready to be filled in. One without places is given back as it is. */
export function template(text: string): (values: TemplateValues) => string {
  if (!text.includes('{{')) return () => text;
  return (values) =>
    text.replace(PLACE, (place, name: string) => (isKnown(name) ? String(values[name]) : place));
}

function isKnown(name: string): name is TemplateName {
  return TEMPLATE_NAMES.some((known) => known === name);
}
