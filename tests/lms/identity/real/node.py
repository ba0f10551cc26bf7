"""npm's openid-client in a Node program of its own, driven by lines of JSON."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[4]
PROGRAM = Path(__file__).with_name("openid_client.mjs")


class Refused(Exception):
    """openid-client, or the provider through it, refused; `code` is OAuth's where the provider gave one."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code


class OpenidClient:
    """One running program. It listens on a port of its own for logout tokens."""

    def __init__(self) -> None:
        node = shutil.which("node") or str(ROOT / ".venv/bin/node")
        self.process = subprocess.Popen([node, PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        cwd=ROOT)
        self.base = f"http://localhost:{self.ask('listen')['port']}"
        self.callback = f"{self.base}/callback"
        self.back_channel = f"{self.base}/back-channel"

    def discover(self, issuer: str, client_id: str, secret: str = "", *, proof: str = "post",
                 callback: str = "") -> dict[str, Any]:
        """Read the provider's metadata; from now on everything is asked of this provider.

        `proof`: how it shows that it is this client: post (its secret), key (after makeKey), none (an app).
        """
        metadata: dict[str, Any] = self.ask("discover", issuer=issuer, client=client_id, secret=secret or None,
                                            proof=proof, callback=callback or self.callback)
        return metadata

    def ask(self, command: str, **given: Any) -> Any:
        """Have it do one thing; its answer, or Refused."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({"command": command, **given}) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, f"the program ended with {self.process.wait(10)}"
        answer = json.loads(line)
        if "refused" in answer:
            raise Refused(answer["refused"], answer["message"])
        return answer["answer"]

    def stop(self) -> None:
        """End it."""
        self.process.kill()
        self.process.communicate()
