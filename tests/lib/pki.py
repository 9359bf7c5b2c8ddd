# SPDX-License-Identifier: GPL-2.0-only
"""A certificate authority in a directory, made with openssl:

    pki = Pki(directory)
    pki.issue("server", "DNS:localhost,IP:127.0.0.1")
    pki.path("server.pem"), pki.path("server.key"), pki.path("ca.pem")
"""

import os
import subprocess

KEYS = {"ec": ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"], "rsa": ["-newkey", "rsa:2048"]}


def openssl(*arguments, **more):
    return subprocess.run(["openssl", *arguments], check=True, capture_output=True, timeout=60, **more)


class Pki:
    def __init__(self, directory, name="ca"):
        self.directory, self.name = directory, name
        openssl("req", "-x509", *KEYS["ec"], "-nodes", "-subj", f"/CN={name}", "-days", "2",
                "-keyout", self.path(f"{name}.key"), "-out", self.path(f"{name}.pem"))

    def path(self, name):
        return os.path.join(self.directory, name)

    def text(self, name):
        with open(self.path(name)) as f:
            return f.read()

    def issue(self, name, san, usage="serverAuth", key="ec"):
        request = openssl("req", *KEYS[key], "-nodes", "-subj", f"/CN={name}", "-keyout", self.path(f"{name}.key"))
        with open(self.path(f"{name}.ext"), "w") as f:
            f.write(f"subjectAltName={san}\nextendedKeyUsage={usage}\n")
        openssl("x509", "-req", "-days", "2", "-CA", self.path(f"{self.name}.pem"),
                "-CAkey", self.path(f"{self.name}.key"), "-CAcreateserial", "-extfile", self.path(f"{name}.ext"),
                "-out", self.path(f"{name}.pem"), input=request.stdout)
