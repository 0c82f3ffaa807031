"""Where a person who is not signed in is sent, and how they come back."""

from __future__ import annotations

from urllib.parse import urlencode

from fastapi import Request

from muster.services.oidc_sign_in import safe_return


def sign_in_address(request: Request) -> str:
    """Return the sign-in page's address, from where one comes back to what was asked for."""
    path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return "/sign-in?" + urlencode({"return_to": safe_return(path)})
