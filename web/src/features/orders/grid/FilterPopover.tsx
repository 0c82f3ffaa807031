// The filter of one field, beside what asked for it.
import { Popover } from '@mantine/core';
import { useDesk } from '../desk';
import { fieldLabel } from '../fields';
import { conditionOn, withCondition } from '../query';
import type { Query } from '../types';
import { FilterEditor } from './FilterEditor';

export type FilterAsked = { field: string; anchor: HTMLElement };

type Props = {
  asked: FilterAsked | null;
  query: Query;
  onAsk: (query: Query) => void;
  onClose: () => void;
};

export function FilterPopover({ asked, query, onAsk, onClose }: Props) {
  const desk = useDesk();
  if (asked === null) return null;
  const { field, anchor } = asked;
  const { left, bottom } = anchor.getBoundingClientRect();
  const close = () => {
    onClose();
    // Buttons in the heads are not reached by Tab; the head itself is.
    (anchor.closest<HTMLElement>('[role="columnheader"]') ?? anchor).focus();
  };
  return (
    <Popover
      key={field}
      opened
      onChange={(opened) => !opened && close()}
      onDismiss={close}
      position="bottom-start"
      shadow="md"
      trapFocus
      width={300}
    >
      <Popover.Target>
        <span style={{ position: 'fixed', left, top: bottom, width: 1, height: 1 }} />
      </Popover.Target>
      <Popover.Dropdown bg="var(--mu-raised)" aria-label={`Filter ${fieldLabel(desk, field)}`}>
        <FilterEditor
          field={field}
          query={query}
          condition={conditionOn(query, field)}
          onApply={(condition) => {
            onAsk(withCondition(query, field, condition));
            close();
          }}
        />
      </Popover.Dropdown>
    </Popover>
  );
}
