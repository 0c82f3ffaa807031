// The answer to a request, with what there is to say about it; a refusal must say why.
import { Button, Group, Modal, Stack, Textarea } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQueryClient } from '@tanstack/react-query';
import { api, unwrap } from '@/api/client';
import { refreshRules } from '@/api/queries';
import { ErrorNote } from '@/ui/ErrorNote';
import { toastDone } from '@/ui/toast';
import { useFormSend } from '../parts/useFormSend';
import type { Approval } from './ApprovalCard';

export type Answer = 'approve' | 'reject' | 'withdraw';

const WORDS: Record<Answer, { title: string; does: string; done: string; label: string }> = {
  approve: { title: 'Approve', does: 'Approve and publish', done: 'approved', label: 'Comment' },
  reject: { title: 'Reject', does: 'Reject', done: 'rejected', label: 'Why not' },
  withdraw: { title: 'Withdraw', does: 'Withdraw', done: 'withdrawn', label: 'Comment' },
};

type Props = { approval: Approval; answer: Answer | null; onClose: () => void };

export function AnswerDialog({ approval, answer, onClose }: Props) {
  const { rule, version } = approval;
  return (
    <Modal
      opened={answer !== null}
      onClose={onClose}
      title={answer && `${WORDS[answer].title} version ${version} of ${rule.rule_name}`}
    >
      {answer && <Form approval={approval} answer={answer} onClose={onClose} />}
    </Modal>
  );
}

const post = (answer: Answer, id: number, comment: string) => {
  const sent = { params: { path: { approval_id: id } }, body: { comment } };
  if (answer === 'approve') return unwrap(api.POST('/api/approvals/{approval_id}/approve', sent));
  if (answer === 'reject') return unwrap(api.POST('/api/approvals/{approval_id}/reject', sent));
  return unwrap(api.POST('/api/approvals/{approval_id}/withdraw', sent));
};

function Form({ approval, answer, onClose }: Props & { answer: Answer }) {
  const queries = useQueryClient();
  const form = useForm({ initialValues: { comment: '' } });
  const { busy, refusal, send } = useFormSend(form);
  const { does, done, label } = WORDS[answer];
  const decide = async (comment: string) => {
    const went = await send(() => post(answer, approval.id, comment));
    if (!went) return;
    onClose();
    toastDone(`Version ${approval.version} of ${approval.rule.rule_name} is ${done}.`);
    await refreshRules(queries);
    await queries.invalidateQueries({ queryKey: ['notifications'] });
  };
  return (
    <form onSubmit={form.onSubmit(({ comment }) => void decide(comment))} noValidate>
      <Stack>
        <Textarea
          label={label}
          description={answer === 'reject' ? 'The author reads it' : 'Optional'}
          autosize
          minRows={3}
          data-autofocus
          {...form.getInputProps('comment')}
        />
        {refusal && <ErrorNote {...refusal} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={busy}>
            {does}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
