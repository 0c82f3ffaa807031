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
  let unplaced = false;
  for (const { path, sentence, hint } of faultsOf(error)) {
    const name = path.split(/[.[\]]+/).find((part) => names.includes(part));
    if (name === undefined) unplaced = true;
    else fields[name] ??= hint ? `${sentence} ${hint}` : sentence;
  }
  return { fields, rest: unplaced ? told(error) : null };
};

/** The faults of a refusal; one without any is a fault itself. */
const faultsOf = (error: unknown): { path: string; sentence: string; hint: string | null }[] => {
  if (error instanceof ApiError && error.faults.length > 0) return [...error.faults];
  const path = error instanceof ApiError ? (error.path ?? '') : '';
  return [{ path, ...told(error) }];
};
