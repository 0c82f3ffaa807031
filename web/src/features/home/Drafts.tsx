// Rules somebody began and did not save yet: go on, or let go.
import { Button, Group, Text } from '@mantine/core';
import { IconPencil, IconTrash } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ago } from '@/lib/format';
import { toastDone, toastError } from '@/ui/toast';
import classes from './home.module.css';
import type { KeptDraft } from './logic';
import { discardDraft, draftsQuery, keepDraft } from './queries';
import { Rail } from './Rail';

export function Drafts() {
  const drafts = useQuery(draftsQuery).data ?? [];
  const queries = useQueryClient();
  const told = () => queries.invalidateQueries({ queryKey: ['kept'] });
  const back = useMutation({ mutationFn: keepDraft, onSuccess: told, onError: toastError });
  const discard = useMutation({
    mutationFn: discardDraft,
    onSuccess: (_, draft) => {
      void told();
      toastDone(`The draft “${draft.title}” is gone.`, { undo: () => back.mutate(draft) });
    },
    onError: toastError,
  });
  if (drafts.length === 0) return null;
  return (
    <Rail title="Continue editing">
      {drafts.map((draft) => (
        <DraftCard key={draft.key} draft={draft} onDiscard={() => discard.mutate(draft)} />
      ))}
    </Rail>
  );
}

function DraftCard({ draft, onDiscard }: { draft: KeptDraft; onDiscard: () => void }) {
  const { title, ruleId, updated_at } = draft;
  return (
    <article className={classes.draft}>
      <Group gap="xs" wrap="nowrap">
        <IconPencil size={18} aria-hidden />
        <Text size="sm" c="dimmed">
          {ruleId === null ? 'A new rule' : 'Changes to a rule'}
        </Text>
      </Group>
      <h3>
        {ruleId === null ? (
          <Link to="/rules/new">{title}</Link>
        ) : (
          <Link to="/rules/edit/$ruleId" params={{ ruleId: String(ruleId) }}>
            {title}
          </Link>
        )}
      </h3>
      <Text size="sm" c="dimmed">
        Kept {ago(updated_at)}
      </Text>
      <Button
        className={classes.discard}
        variant="subtle"
        color="gray"
        size="xs"
        onClick={onDiscard}
        leftSection={<IconTrash size={14} aria-hidden />}
        aria-label={`Discard the draft “${title}”`}
      >
        Discard
      </Button>
    </article>
  );
}
