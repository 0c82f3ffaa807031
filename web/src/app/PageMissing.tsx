// An address that leads nowhere.
import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { Page } from '@/ui/Page';

export function PageMissing() {
  return (
    <Page title="There is no such page" description="The address may be old, or mistyped.">
      <Button component={Link} to="/" variant="default" w="fit-content">
        Go to Home
      </Button>
    </Page>
  );
}
