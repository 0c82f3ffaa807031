// Send a form: its faults go to their fields, the rest above it, and what was written stays.
import type { UseFormReturnType } from '@mantine/form';
import { useState } from 'react';
import { formFaults, type Refusal } from '@/lib/faults';

export const useFormSend = <V extends Record<string, unknown>>(form: UseFormReturnType<V>) => {
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  /** Whether it went well. */
  const send = async (work: () => Promise<unknown>): Promise<boolean> => {
    setBusy(true);
    setRefusal(null);
    form.clearErrors();
    try {
      await work();
      return true;
    } catch (error) {
      const { fields, rest } = formFaults(error, Object.keys(form.getValues()));
      form.setErrors(fields);
      setRefusal(rest);
      if (Object.keys(fields).length > 0) requestAnimationFrame(toFirstFault);
      return false;
    } finally {
      setBusy(false);
    }
  };
  return { busy, refusal, send };
};

/** The focus goes where something must be mended; it may lie far above the button. */
const toFirstFault = (): void => {
  const place = document.querySelector('[aria-modal="true"]') ?? document;
  place.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
};
