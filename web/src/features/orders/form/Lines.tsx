// The lines of an order: changed, added, taken away; the totals are the server's.
import {
  ActionIcon,
  Autocomplete,
  Button,
  Group,
  Stack,
  Table,
  Text,
  TextInput,
  VisuallyHidden,
} from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconArrowBackUp, IconPlus, IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useDesk } from '../desk';
import { amount } from '../fields';
import { productsQuery } from '../server';
import type { Item } from '../types';
import { type AddedLine, type Entity, newLine } from './draft';
import { type FormFault, faultAt, lineId } from './faults';
import classes from './form.module.css';

type Bound = {
  id: string;
  value: string;
  error: string | undefined;
  onChange: (text: string) => void;
};

type Props = {
  orderKey: string;
  items: readonly Item[];
  added: readonly AddedLine[];
  removed: ReadonlySet<number>;
  total: string | null;
  /** Why lines cannot change; null: they can. */
  frozen: string | null;
  faults: readonly FormFault[];
  bind: (spot: { entity: Entity; key: string; field: string }) => Bound;
  onLine: (line: AddedLine) => void;
  onDropLine: (id: number) => void;
  onRemove: (line: number, gone: boolean) => void;
};

export function Lines(props: Props) {
  const { items, added, total, frozen, faults, onLine, onDropLine } = props;
  const desk = useDesk();
  return (
    <Stack gap="xs">
      <Table.ScrollContainer minWidth={480}>
        <Table aria-label="Lines" verticalSpacing={6} highlightOnHover={false}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Product</Table.Th>
              <Table.Th w={90}>Quantity</Table.Th>
              <Table.Th w={120}>Price ({desk.currency})</Table.Th>
              <Table.Th w={110} ta="right">
                Subtotal
              </Table.Th>
              <Table.Th w={44}>
                <VisuallyHidden>Remove</VisuallyHidden>
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {items.map((item) => (
              <SavedLine key={item.line_no} item={item} {...props} />
            ))}
            {added.map((line) => (
              <NewLine
                key={line.id}
                line={line}
                faults={faults}
                onChange={onLine}
                onDrop={() => onDropLine(line.id)}
              />
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      <Group justify="space-between">
        {frozen === null ? (
          <Button
            size="xs"
            variant="default"
            leftSection={<IconPlus size={14} aria-hidden />}
            onClick={() => onLine(newLine())}
          >
            Add a line
          </Button>
        ) : (
          <Text size="sm" c="dimmed">
            {frozen}
          </Text>
        )}
        {total !== null && (
          <Text fw={600} className="mu-numbers">
            Total as saved: {amount(total)} {desk.currency}
          </Text>
        )}
      </Group>
    </Stack>
  );
}

function SavedLine({ item, orderKey, removed, frozen, bind, onRemove }: Props & { item: Item }) {
  const gone = removed.has(item.line_no);
  const name = `line ${item.line_no}, ${item.product_name ?? item.product_id}`;
  const input = (field: string, label: string) => {
    const { id, value, error, onChange } = bind({
      entity: 'item',
      key: `${orderKey}/${item.line_no}`,
      field,
    });
    return (
      <TextInput
        id={id}
        size="xs"
        inputMode="decimal"
        aria-label={`${label} of ${name}`}
        value={value}
        error={error}
        readOnly={frozen !== null || gone}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
    );
  };
  const Sign = gone ? IconArrowBackUp : IconTrash;
  return (
    <Table.Tr className={gone ? classes.gone : undefined}>
      <Table.Td>
        {item.product_name ?? item.product_id}
        <Text size="xs" c="dimmed">
          {item.product_id}
        </Text>
      </Table.Td>
      <Table.Td>{input('quantity', 'Quantity')}</Table.Td>
      <Table.Td>{input('unit_price', 'Price')}</Table.Td>
      <Table.Td ta="right" className="mu-numbers">
        {amount(item.subtotal)}
      </Table.Td>
      <Table.Td>
        {frozen === null && (
          <ActionIcon
            aria-label={gone ? `Keep ${name}` : `Remove ${name}`}
            onClick={() => onRemove(item.line_no, !gone)}
          >
            <Sign size={16} aria-hidden />
          </ActionIcon>
        )}
      </Table.Td>
    </Table.Tr>
  );
}

type NewProps = {
  line: AddedLine;
  faults: readonly FormFault[];
  onChange: (line: AddedLine) => void;
  onDrop: () => void;
};

function NewLine({ line, faults, onChange, onDrop }: NewProps) {
  const [asked] = useDebouncedValue(line.product_id, 200);
  const found = useQuery(productsQuery(asked)).data?.items ?? [];
  const name = line.product_id || 'the new line';
  const error = (part: string) => faultAt(faults, lineId(line.id, part));
  const choose = (text: string) => {
    const product = found.find((one) => one.product_id === text);
    onChange({
      ...line,
      product_id: text,
      unit_price: product?.price && line.unit_price === '' ? product.price : line.unit_price,
    });
  };
  return (
    <Table.Tr>
      <Table.Td>
        <Autocomplete
          id={lineId(line.id, 'product_id')}
          size="xs"
          aria-label="Product of the new line"
          placeholder="SKU or name"
          value={line.product_id}
          onChange={choose}
          error={error('product_id')}
          data={[...new Set(found.map((one) => one.product_id))]}
          filter={({ options }) => options}
          renderOption={({ option }) => (
            <span>
              {option.value} · {found.find((one) => one.product_id === option.value)?.name}
            </span>
          )}
          comboboxProps={{ withinPortal: true }}
        />
      </Table.Td>
      <Table.Td>
        <TextInput
          id={lineId(line.id, 'quantity')}
          size="xs"
          inputMode="numeric"
          aria-label={`Quantity of ${name}`}
          value={line.quantity}
          error={error('quantity')}
          onChange={(event) => onChange({ ...line, quantity: event.currentTarget.value })}
        />
      </Table.Td>
      <Table.Td>
        <TextInput
          id={lineId(line.id, 'unit_price')}
          size="xs"
          inputMode="decimal"
          aria-label={`Price of ${name}`}
          placeholder="as listed"
          value={line.unit_price}
          error={error('unit_price')}
          onChange={(event) => onChange({ ...line, unit_price: event.currentTarget.value })}
        />
      </Table.Td>
      <Table.Td />
      <Table.Td>
        <ActionIcon aria-label={`Remove ${name}`} onClick={onDrop}>
          <IconTrash size={16} aria-hidden />
        </ActionIcon>
      </Table.Td>
    </Table.Tr>
  );
}
