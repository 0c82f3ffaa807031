// What the server refused of a form, sorted into its fields and the rest.
import { ApiError, told } from '@/api/errors';

export type Refusal = { sentence: string; hint: string | null };
export type FormFaults = { fields: Record<string, string>; rest: Refusal | null };

/**
 * Sentences for the fields that faults speak of; `rest`: what no field shows, else null.
 * A fault's path may lead into a field ("$.kinds[0]"), or come through the body ("$.body.name").
 */
export const formFaults = (error: unknown, names: readonly string[]): FormFaults => {
  const fields: Record<string, string> = {};
  let unplaced = !(error instanceof ApiError) || error.faults.length === 0;
  for (const fault of error instanceof ApiError ? error.faults : []) {
    const parts = fault.path.split(/[.[\]]+/);
    const name = parts.find((part) => names.includes(part));
    if (name === undefined) unplaced = true;
    else fields[name] ??= fault.hint ? `${fault.sentence} ${fault.hint}` : fault.sentence;
  }
  return { fields, rest: unplaced ? told(error) : null };
};
