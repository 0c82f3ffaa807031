// From where editing begins.
import { type Content, type Definition, NEW_DETAILS, readDocument } from './document';
import type { Template } from './templates/templates';
import { readDefinition } from './tree/read';
import { writeDefinition } from './tree/write';

/** A definition as the builder would write it, so that two can be compared. */
export const normal = (definition: Definition): Definition =>
  writeDefinition(readDefinition(definition)).definition;

export const BLANK: Content = { details: NEW_DETAILS, definition: normal({ where: [] }) };

/** A definition out of an address; null: there is none, or it cannot be read. */
export const fromAddress = (text: unknown): Definition | null => {
  // The router reads JSON out of addresses by itself.
  let value = text;
  if (typeof text === 'string')
    try {
      value = JSON.parse(text);
    } catch {
      return null;
    }
  if (Array.isArray(value)) return { where: value };
  if (typeof value !== 'object' || value === null) return null;
  return value as Definition;
};

type Known = {
  templates: Template[];
  /** What was kept, or blank; null: it is not known yet. */
  draft: Content | null;
};

/** What the address of a new rule says to begin with; null: nothing, or nothing known yet. */
export const startOf = (search: Record<string, unknown>, known: Known): Content | null => {
  const title = typeof search.title === 'string' ? search.title : '';
  const details = { ...NEW_DETAILS, title };
  const addressed = fromAddress(search.definition ?? search.rule);
  if (addressed) {
    const read = readDocument(addressed);
    return {
      details: { ...details, ...read.details, name: null },
      definition: normal(read.definition),
    };
  }
  if (search.from === 'draft') return known.draft;
  if (search.from === 'blank') return { details, definition: BLANK.definition };
  const template = known.templates.find((one) => one.key === search.template);
  if (search.from !== 'template' || !template) return null;
  return { details, definition: normal(template.definition) };
};
