// What each role may do.
import { Table, VisuallyHidden } from '@mantine/core';
import { IconCheck, IconMinus } from '@tabler/icons-react';
import { Scrolled } from '../parts/Scrolled';
import { mayDo, PERMISSIONS, ROLES } from '../roles';

export function RolesTable() {
  return (
    <Scrolled label="What the roles may do">
      <Table aria-label="What the roles may do" miw={540} withRowBorders={false}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>May</Table.Th>
            {ROLES.map(({ value, label }) => (
              <Table.Th key={value} ta="center">
                {label}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {PERMISSIONS.map(({ value, label }) => (
            <Table.Tr key={value}>
              <Table.Th scope="row" fw={400}>
                {label}
              </Table.Th>
              {ROLES.map((role) => (
                <Table.Td key={role.value} ta="center">
                  <Sign may={mayDo(role.value, value)} />
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Scrolled>
  );
}

function Sign({ may }: { may: boolean }) {
  return may ? (
    <>
      <IconCheck size={16} color="var(--mu-good)" aria-hidden />
      <VisuallyHidden>yes</VisuallyHidden>
    </>
  ) : (
    <>
      <IconMinus size={16} color="var(--mu-faint)" aria-hidden />
      <VisuallyHidden>no</VisuallyHidden>
    </>
  );
}
