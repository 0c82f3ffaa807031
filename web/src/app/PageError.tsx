// A page that could not be shown: a part that failed to load after an update, or a fault.
import { Button, Container } from '@mantine/core';
import { type ErrorComponentProps, useRouter } from '@tanstack/react-router';
import { told } from '@/api/errors';
import { ErrorNote } from '@/ui/ErrorNote';
import { Page } from '@/ui/Page';

const isStaleChunk = (error: unknown): boolean =>
  error instanceof Error && /dynamically imported module|module script failed/i.test(error.message);

/** The same where not even the shell can be shown: the workspace is unknown, say. */
export function ShellError(props: ErrorComponentProps) {
  return (
    <Container component="main" py="xl">
      <PageError {...props} />
    </Container>
  );
}

export function PageError({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  if (isStaleChunk(error))
    return (
      <Page title="Muster has been renewed">
        <ErrorNote
          sentence="There is a new version of Muster."
          hint="Reload the page to use it; drafts are kept."
          action={<Button onClick={() => window.location.reload()}>Reload</Button>}
        />
      </Page>
    );
  const { sentence, hint } = told(error);
  return (
    <Page title="This page cannot be shown">
      <ErrorNote
        sentence={sentence}
        hint={hint}
        action={
          <Button
            variant="default"
            onClick={() => {
              reset();
              void router.invalidate();
            }}
          >
            Try again
          </Button>
        }
      />
    </Page>
  );
}
