// The top of the builder: what the rule is called, undo and redo, and the ways to save it.
import {
  ActionIcon,
  Button,
  Group,
  Stack,
  TagsInput,
  Text,
  Textarea,
  Tooltip,
} from '@mantine/core';
import {
  IconArrowBackUp,
  IconArrowForwardUp,
  IconCloudCheck,
  IconCloudOff,
  IconCloudUp,
} from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { memo, type ReactNode, type RefObject } from 'react';
import { RuleChip } from '@/ui/chips';
import classes from './Builder.module.css';
import type { Details } from './document';
import type { Keeping } from './drafts/useAutosave';
import { knownTagsQuery } from './queries';
import type { DetailFaults } from './save/logic';
import type { Edited, Wanted } from './save/useSaving';

type Props = {
  undo: () => void;
  redo: () => void;
  canUndo: boolean;
  canRedo: boolean;
  details: Details;
  onDetails: (details: Partial<Details>) => void;
  edited: Edited | null;
  faults: DetailFaults;
  keeping: Keeping;
  canEdit: boolean;
  busy: boolean;
  titleField: RefObject<HTMLTextAreaElement | null>;
  onSave: (wanted: Wanted) => void;
  menu: ReactNode;
};

export const Header = memo(function Header(props: Props) {
  const { details, onDetails, edited, faults, canEdit, titleField } = props;
  const known = useQuery(knownTagsQuery);
  return (
    <Stack gap="xs" component="header">
      <Group gap="sm" justify="space-between" align="flex-start" wrap="wrap-reverse">
        <Group gap="xs" flex="1 1 20rem" miw={0} align="center" wrap="nowrap">
          <Textarea
            ref={titleField}
            autosize
            minRows={1}
            onKeyDown={(event) => event.key === 'Enter' && event.preventDefault()}
            aria-label="Name of the rule"
            placeholder="Name this rule"
            value={details.title}
            onChange={(event) =>
              onDetails({ title: event.currentTarget.value.replace(/\n/g, ' ') })
            }
            error={faults.title}
            readOnly={!canEdit}
            maxLength={200}
            flex={1}
            classNames={{ input: classes.title }}
          />
        </Group>
        <Actions {...props} />
      </Group>
      <Group gap="xs" align="flex-start">
        {edited && (
          <Group gap={6} mt={6}>
            <RuleChip status={edited.published ? 'published' : 'draft'} />
            {edited.published && edited.hasDraft && <RuleChip status="draft" />}
            <Text size="sm" c="dimmed">
              version {edited.version}
            </Text>
          </Group>
        )}
        <Textarea
          aria-label="Description"
          placeholder="What is it for?"
          value={details.description}
          onChange={(event) => onDetails({ description: event.currentTarget.value })}
          readOnly={!canEdit}
          autosize
          minRows={1}
          maxRows={5}
          flex="2 1 16rem"
          classNames={{ input: classes.quiet }}
        />
        <TagsInput
          aria-label="Tags"
          placeholder={details.tags.length === 0 ? 'Tags' : undefined}
          value={details.tags}
          onChange={(tags) => onDetails({ tags })}
          data={known.data?.items.map((one) => one.tag) ?? []}
          error={faults.tags}
          readOnly={!canEdit}
          maxTags={50}
          flex="1 1 16rem"
          classNames={{ input: classes.quiet, inputField: classes.tag }}
        />
      </Group>
    </Stack>
  );
});

function Actions(props: Props) {
  const { undo, redo, canUndo, canRedo, keeping, canEdit, busy, onSave, menu } = props;
  return (
    <Group gap={6} wrap="nowrap">
      <Kept keeping={keeping} />
      <Tooltip label="Undo (Ctrl+Z)">
        <ActionIcon size="lg" aria-label="Undo" onClick={undo} disabled={!canUndo || !canEdit}>
          <IconArrowBackUp size={20} aria-hidden />
        </ActionIcon>
      </Tooltip>
      <Tooltip label="Redo (Ctrl+Y)">
        <ActionIcon size="lg" aria-label="Redo" onClick={redo} disabled={!canRedo || !canEdit}>
          <IconArrowForwardUp size={20} aria-hidden />
        </ActionIcon>
      </Tooltip>
      {canEdit && (
        <>
          <Button
            variant="default"
            onClick={() => onSave({ asDraft: true, refresh: false })}
            visibleFrom="sm"
          >
            Save as draft
          </Button>
          <Tooltip label="Saves and publishes (Ctrl+S)">
            <Button onClick={() => onSave({ asDraft: false, refresh: false })} loading={busy}>
              Save
            </Button>
          </Tooltip>
        </>
      )}
      {menu}
    </Group>
  );
}

const KEPT: Record<Exclude<Keeping, 'nothing'>, { words: string; icon: typeof IconCloudUp }> = {
  saving: { words: 'Keeping the draft…', icon: IconCloudUp },
  saved: { words: 'Draft saved', icon: IconCloudCheck },
  here: { words: 'Kept in this browser', icon: IconCloudOff },
};

function Kept({ keeping }: { keeping: Keeping }) {
  if (keeping === 'nothing') return null;
  const { words, icon: Icon } = KEPT[keeping];
  return (
    <Group gap={4} wrap="nowrap" c="dimmed" title={words} data-testid="draft-state">
      <Icon size={16} aria-hidden />
      <Text size="sm" visibleFrom="md">
        {words}
      </Text>
    </Group>
  );
}
