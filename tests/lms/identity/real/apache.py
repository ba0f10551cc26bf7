"""Apache with mod_auth_openidc in front of one page: a foreign, certified client of the bundled provider.

A process of its own on a free port, with a configuration made here, in a folder that is removed again. Which Apache:
`LMS_APACHE` names the folder that deploy/apache.sh printed; without it, the one that is installed.
"""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from deploy.run import free_port

MODULES = ("mpm_event", "authn_core", "authz_core", "authz_user", "auth_openidc", "dir", "filter", "include", "mime")
PAGE = """<!doctype html><title>Office</title>
<p id="user"><!--#echo var="REMOTE_USER" --></p>
<p id="name"><!--#echo encoding="entity" var="OIDC_CLAIM_name" --></p>
<p id="roles"><!--#echo encoding="entity" var="OIDC_CLAIM_roles" --></p>
"""
CONFIGURATION = """
ServerRoot {folder}
ServerName localhost:{port}
Listen 127.0.0.1:{port}
PidFile {folder}/apache.pid
DefaultRuntimeDir {folder}
ErrorLog {folder}/error.log
LogLevel warn auth_openidc:info
StartServers 1
ServerLimit 1
ThreadsPerChild 8
MaxRequestWorkers 8
{user}
TypesConfig /dev/null
AddType text/html .shtml
AddOutputFilter INCLUDES .shtml
AddDefaultCharset utf-8
DirectoryIndex index.shtml
DocumentRoot {folder}/pages

OIDCProviderMetadataURL {issuer}/.well-known/openid-configuration
OIDCClientID {client_id}
OIDCClientSecret {secret}
OIDCCryptoPassphrase exec:{folder}/passphrase
OIDCRedirectURI {callback}
OIDCDefaultLoggedOutURL {base}/open/
OIDCScope "openid profile email offline_access"
OIDCPKCEMethod S256
OIDCRemoteUserClaim preferred_username
OIDCInfoHook access_token access_token_expires id_token userinfo refresh_token session
OIDCPassClaimsAs environment
OIDCSSLValidateServer Off

<Directory {folder}/pages>
  Options +Includes
  Require all granted
</Directory>
<Location /office>
  AuthType openid-connect
  Require valid-user
</Location>
"""


class Apache:
    """One Apache: `base` is its address, `callback` what to register, `/office/` the page that wants a sign-in."""

    def __init__(self) -> None:
        self.root = Path(os.environ.get("LMS_APACHE", "/"))
        self.port = free_port()
        self.base = f"http://localhost:{self.port}"
        self.callback = f"{self.base}/office/callback"
        self.folder = Path(tempfile.mkdtemp(prefix="lms-apache-"))
        self.process: subprocess.Popen[bytes] | None = None
        if not self._program.exists():
            raise FileNotFoundError(f"no Apache at {self._program}: deploy/apache.sh says where there is one")

    @property
    def back_channel(self) -> str:
        """Where it takes logout tokens."""
        return f"{self.callback}?logout=backchannel"

    def start(self, issuer: str, client_id: str, secret: str) -> None:
        """Serve the page for whom `issuer` vouches; returns when it answers."""
        self._write_pages()
        file = self.folder / "apache.conf"
        file.write_text(self._modules() + CONFIGURATION.format(
            folder=self.folder, port=self.port, base=self.base, callback=self.callback, user=self._user(),
            issuer=issuer, client_id=client_id, secret=secret))
        self.process = subprocess.Popen([self._program, "-DFOREGROUND", "-f", file],
                                        env=self._environment(), start_new_session=True)
        until = time.monotonic() + 20
        while socket.socket().connect_ex(("127.0.0.1", self.port)):
            is_well = self.process.poll() is None and time.monotonic() < until
            assert is_well, f"Apache does not serve: {self.log()}"
            time.sleep(0.05)

    def stop(self) -> None:
        """End it, and its folder with it."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGTERM)
            self.process.wait(10)
        shutil.rmtree(self.folder)

    def log(self) -> str:
        """The end of what it says about itself."""
        file = self.folder / "error.log"
        return "\n".join(file.read_text(errors="replace").splitlines()[-30:]) if file.exists() else "(no log)"

    def _write_pages(self) -> None:
        self.folder.chmod(0o755)  # its workers are nobody
        for name, page in (("office", PAGE), ("open", "<!doctype html><title>Open</title>")):
            (self.folder / "pages" / name).mkdir(parents=True)
            (self.folder / "pages" / name / "index.shtml").write_text(page)
        passphrase = self.folder / "passphrase"
        passphrase.write_text("#!/bin/sh\nod -An -N24 -tx1 /dev/urandom | tr -d ' \\n'\n")
        passphrase.chmod(0o755)

    def _modules(self) -> str:
        folder = self.root / "usr/lib/apache2/modules"
        return "".join(f"LoadModule {name}_module {folder}/mod_{name}.so\n" for name in MODULES)

    def _user(self) -> str:
        return "User nobody\nGroup #" + str(pwd.getpwnam("nobody").pw_gid) if os.geteuid() == 0 else ""

    def _environment(self) -> dict[str, str]:
        libraries = ":".join(map(str, self.root.glob("usr/lib/*-linux-gnu"))) if self.root != Path("/") else ""
        return {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "LD_LIBRARY_PATH": libraries}

    @property
    def _program(self) -> Path:
        return self.root / "usr/sbin/apache2"
