// Who belongs to the workspace and as what; invitations; what the roles mean.
import { Button } from '@mantine/core';
import { IconUserPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useWorkspace, whoQuery } from '@/api/session';
import { EmptyNote } from '@/ui/EmptyNote';
import { StateView } from '@/ui/StateView';
import { Section } from '../parts/Section';
import { type Secret, ShownOnce } from '../parts/ShownOnce';
import { peopleQuery } from '../queries';
import { Invitations } from './Invitations';
import { InviteDialog } from './InviteDialog';
import { PeopleTable } from './PeopleTable';
import { RolesTable } from './RolesTable';

export function PeopleTab() {
  const people = useQuery(peopleQuery);
  const who = useQuery(whoQuery).data;
  const { can, title } = useWorkspace();
  const [inviting, setInviting] = useState(false);
  const [secret, setSecret] = useState<Secret | null>(null);
  const admin = can('administer');
  return (
    <>
      <Section
        title="People"
        description={`Who may enter ${title}.`}
        actions={
          admin && (
            <Button
              leftSection={<IconUserPlus size={18} aria-hidden />}
              onClick={() => setInviting(true)}
            >
              Invite somebody
            </Button>
          )
        }
      >
        <StateView
          query={people}
          isEmpty={({ items }) => items.length === 0}
          empty={
            <EmptyNote title="Nobody is listed">
              {who?.mode === 'local'
                ? 'This server asks nobody to sign in: whoever sits at its machine may do everything. Start it with passwords or an identity provider, and invited people appear here.'
                : 'Only those who look after the whole installation can enter. Invite the people who work here.'}
            </EmptyNote>
          }
        >
          {({ items }) => <PeopleTable people={items} mine={who?.email ?? null} />}
        </StateView>
      </Section>
      {admin && <Invitations />}
      <Section title="Roles" description="Each role may do all that the one before it may.">
        <RolesTable />
      </Section>
      <InviteDialog
        opened={inviting}
        onClose={() => setInviting(false)}
        onInvited={(made) => {
          setInviting(false);
          setSecret(made);
        }}
      />
      <ShownOnce secret={secret} onClose={() => setSecret(null)} />
    </>
  );
}
