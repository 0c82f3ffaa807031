// The palette: type to find a place, an action, a rule or a segment; arrows and Enter choose.
import { Box, Group, Kbd, Loader, Modal, Text, TextInput, VisuallyHidden } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import { plural } from '@/lib/format';
import { type Offer, useOffers } from './entries';
import classes from './Palette.module.css';
import { rank, refreshing } from './rank';

const PAUSE_MILLISECONDS = 150;

const idOf = (list: string, offer: Offer): string => `${list}-${offer.id.replace(/\W+/g, '-')}`;

type Props = { opened: boolean; onClose: () => void };

export function Palette({ opened, onClose }: Props) {
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      withCloseButton={false}
      centered={false}
      yOffset={72}
      size="lg"
      padding={0}
      // Named for readers; the field says the same to everybody else.
      title="Search and do"
      styles={{ header: { display: 'none' } }}
    >
      <Field onClose={onClose} />
    </Modal>
  );
}

function Field({ onClose }: { onClose: () => void }) {
  const [query, setQuery] = useState('');
  const [settled] = useDebouncedValue(query, PAUSE_MILLISECONDS);
  const [chosen, setChosen] = useState(0);
  const { offers, busy } = useOffers(query, settled);
  const groups = rank(offers, refreshing(query) ?? query);
  const shown = groups.flatMap(([, entries]) => entries);
  const list = useId();
  const input = useRef<HTMLInputElement>(null);
  const at = Math.min(chosen, shown.length - 1);

  const write = (text: string) => {
    setQuery(text);
    setChosen(0);
  };
  const take = (offer: Offer | undefined) => {
    if (offer === undefined) return;
    if (offer.type !== undefined) {
      write(offer.type);
      input.current?.focus();
      return;
    }
    onClose();
    offer.act();
  };
  const move = (event: KeyboardEvent) => {
    const last = shown.length - 1;
    const next: Record<string, number> = {
      ArrowDown: at >= last ? 0 : at + 1,
      ArrowUp: at <= 0 ? last : at - 1,
    };
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'Enter') take(shown[at]);
    else if (event.key in next) setChosen(next[event.key] ?? 0);
    else return;
    event.preventDefault();
  };

  const active = shown[at];
  useEffect(() => {
    if (active) document.getElementById(idOf(list, active))?.scrollIntoView({ block: 'nearest' });
  }, [active, list]);

  return (
    <>
      <TextInput
        ref={input}
        data-autofocus
        size="lg"
        variant="unstyled"
        px="md"
        className={classes.field}
        aria-label="Search pages, actions, rules and segments"
        placeholder="Search pages, actions, rules and segments"
        role="combobox"
        aria-expanded
        aria-controls={list}
        aria-autocomplete="list"
        aria-activedescendant={active ? idOf(list, active) : undefined}
        leftSection={<IconSearch size={20} aria-hidden />}
        rightSection={busy && <Loader size="xs" color="gray" />}
        value={query}
        onChange={(event) => write(event.currentTarget.value)}
        onKeyDown={move}
        autoComplete="off"
        spellCheck={false}
      />
      <div id={list} role="listbox" aria-label="What fits" className={classes.list}>
        {groups.map(([group, entries]) => (
          // biome-ignore lint/a11y/useSemanticElements: options of a combobox are grouped so
          <div key={group} role="group" aria-label={group}>
            <Text size="xs" c="dimmed" px="md" pt="sm" pb={4} aria-hidden>
              {group}
            </Text>
            {entries.map((offer) => (
              <Line
                key={offer.id}
                id={idOf(list, offer)}
                offer={offer}
                active={offer === active}
                onTake={() => take(offer)}
                onPoint={() => setChosen(shown.indexOf(offer))}
              />
            ))}
          </div>
        ))}
      </div>
      {shown.length === 0 && <Nothing query={query} busy={busy} />}
      <VisuallyHidden role="status">{busy ? '' : plural(shown.length, 'result')}</VisuallyHidden>
      <Group className={classes.foot} gap="md" visibleFrom="xs">
        <Hint keys="Up Down" does="choose" />
        <Hint keys="Enter" does="go" />
        <Hint keys="Esc" does="close" />
      </Group>
    </>
  );
}

type LineProps = {
  id: string;
  offer: Offer;
  active: boolean;
  onTake: () => void;
  onPoint: () => void;
};

function Line({ id, offer, active, onTake, onPoint }: LineProps) {
  const { icon: Icon, label, detail } = offer;
  return (
    // The field keeps the focus and speaks for the list, so a line takes no keys.
    // biome-ignore lint/a11y/useKeyWithClickEvents: see above
    // biome-ignore lint/a11y/useFocusableInteractive: see above
    <div
      id={id}
      role="option"
      aria-selected={active}
      className={classes.line}
      onMouseDown={(event) => event.preventDefault()}
      onMouseMove={active ? undefined : onPoint}
      onClick={onTake}
    >
      <Icon size={18} stroke={1.7} aria-hidden style={{ flexShrink: 0 }} />
      <Box flex={1} miw={0} className={classes.label}>
        {label}
      </Box>
      {detail && (
        <Text span size="sm" c="dimmed">
          {detail}
        </Text>
      )}
    </div>
  );
}

function Nothing({ query, busy }: { query: string; busy: boolean }) {
  const refresh = refreshing(query);
  if (busy) return <Box h={72} />;
  return (
    <Text c="dimmed" p="md">
      {refresh === ''
        ? 'Type the name of the segment to refresh.'
        : `Nothing fits "${query.trim()}".`}
    </Text>
  );
}

function Hint({ keys, does }: { keys: string; does: string }) {
  return (
    <Group gap={6}>
      {keys.split(' ').map((one) => (
        <Kbd key={one} size="xs">
          {one}
        </Kbd>
      ))}
      <Text size="xs" c="dimmed">
        {does}
      </Text>
    </Group>
  );
}
