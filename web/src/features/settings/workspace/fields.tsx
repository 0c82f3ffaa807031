// The fields of the settings form: whole numbers with their unit, choices, alerts with a share.
import { Group, NumberInput, Select, Switch, Text } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import type { Values } from './values';

type Form = UseFormReturnType<Values>;

type WholeProps = {
  form: Form;
  name: keyof Values;
  label: string;
  unit: string;
  most: number;
  description: string;
};

export function Whole({ form, name, label, unit, most, description }: WholeProps) {
  return (
    <NumberInput
      label={label}
      description={description}
      suffix={` ${unit}`}
      thousandSeparator=","
      min={1}
      max={most}
      clampBehavior="none"
      allowDecimal={false}
      allowNegative={false}
      {...form.getInputProps(name)}
    />
  );
}

type ChoiceProps = {
  form: Form;
  name: 'time_zone' | 'currency';
  label: string;
  description: string;
  options: string[];
  /** What holds when nothing is chosen. */
  none: string;
};

export function Choice({ form, name, label, description, options, none }: ChoiceProps) {
  const value = form.values[name];
  return (
    <Select
      label={label}
      description={description}
      placeholder={none}
      data={value && !options.includes(value) ? [value, ...options] : options}
      searchable
      clearable
      clearButtonProps={{ 'aria-label': `Clear: ${label}` }}
      limit={60}
      {...form.getInputProps(name)}
      value={value || null}
      onChange={(chosen) => form.setFieldValue(name, chosen ?? '')}
    />
  );
}

type AlertProps = {
  form: Form;
  on: 'shrink_on' | 'grow_on' | 'approval_on';
  name: 'shrink_alert_share' | 'grow_alert_share' | 'approval_share';
  label: string;
  before: string;
};

export function AlertShare({ form, on, name, label, before }: AlertProps) {
  return (
    <Group gap="sm" align="center">
      <Switch label={label} {...form.getInputProps(on, { type: 'checkbox' })} />
      <Text size="sm" c="dimmed">
        {before}
      </Text>
      <NumberInput
        aria-label={`${label}: share`}
        w={120}
        size="xs"
        suffix=" %"
        min={0}
        clampBehavior="none"
        allowNegative={false}
        disabled={!form.values[on]}
        {...form.getInputProps(name)}
      />
    </Group>
  );
}
