// One field of a form, by its type.
import { NativeSelect, Textarea, TextInput } from '@mantine/core';
import { useDesk } from '../desk';
import { enumLabel } from '../fields';
import type { Field } from '../types';

type Props = {
  field: Field;
  id: string;
  value: string;
  error: string | undefined;
  readOnly: boolean;
  onChange: (text: string) => void;
};

export function FormField({ field, id, value, error, readOnly, onChange }: Props) {
  const desk = useDesk();
  const common = {
    id,
    label: field.label,
    error,
    withAsterisk: !field.nullable && !readOnly,
    onChange: (event: { currentTarget: { value: string } }) => onChange(event.currentTarget.value),
  };
  if (field.type === 'enum' && !readOnly) {
    const known = field.values.find((one) => enumLabel(field, one, desk) === value) ?? value;
    return (
      <NativeSelect
        {...common}
        value={known}
        data={[
          ...(field.nullable ? [{ value: '', label: '–' }] : []),
          ...field.values.map((one) => ({ value: one, label: enumLabel(field, one, desk) })),
        ]}
      />
    );
  }
  if (field.name === 'note' || field.name === 'address')
    return (
      <Textarea {...common} value={value} readOnly={readOnly} autosize minRows={2} maxRows={6} />
    );
  return (
    <TextInput
      {...common}
      value={value}
      readOnly={readOnly}
      placeholder={field.type === 'instant' && !readOnly ? 'YYYY-MM-DD hh:mm' : undefined}
      inputMode={field.type === 'integer' || field.type === 'money' ? 'decimal' : undefined}
      autoComplete="off"
    />
  );
}
