#!/bin/bash
# Starts a throw-away Active Directory domain controller on loopback, with the
# Exchange schema and a generated directory. See README.md.
set -euo pipefail
PATH=$PATH:/usr/sbin
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

usage() {
	cat <<'EOF'
usage: start.sh --dir DIR [options]

  --dir DIR          where the domain controller lives (created; may be reused)
  --objects N        mail recipients to generate (default 500)
  --seed S           seed of the generator (default 1)
  --address IP       loopback address to listen on (default 127.0.0.1); several
                     domain controllers can run at once, each on its own 127.x.y.z
  --require-tls      refuse simple binds without TLS
  --cache DIR        keep a finished directory here and start from it next time
  --fresh            drop what DIR holds and make it anew (from the cache, if given)
  --install          install the Debian packages it needs with apt-get
EOF
}

packages="samba-ad-dc samba-ad-provision samba-dsdb-modules python3-samba ldap-utils openssl"
dir= objects=500 seed=1 address=127.0.0.1 strong_auth=no cache= fresh= install=
while [ $# -gt 0 ]; do
	case $1 in
	--dir) dir=$2; shift ;;
	--objects) objects=$2; shift ;;
	--seed) seed=$2; shift ;;
	--address) address=$2; shift ;;
	--cache) cache=$2; shift ;;
	--require-tls) strong_auth=yes ;;
	--fresh) fresh=1 ;;
	--install) install=1 ;;
	-h | --help) usage; exit 0 ;;
	*) usage >&2; exit 2 ;;
	esac
	shift
done
[ -n "$dir" ] || { usage >&2; exit 2; }
case $address in 127.*) ;; *) echo "--address must be a loopback address" >&2; exit 2 ;; esac

realm=CORP.EXAMPLE.TEST domain=CORP host=dc1
fqdn=$host.${realm,,}
base_dn=DC=corp,DC=example,DC=test
admin_password=Passw0rd.Admin1 reader_password=Passw0rd.Read1 writer_password=Passw0rd.Write1

say() { printf '%s %s\n' "$(date +%H:%M:%S)" "$*" >&2; }

missing=
for command in samba samba-tool ldapsearch openssl; do
	command -v "$command" >/dev/null || missing="$missing $command"
done
/usr/bin/python3 -c 'import samba.samdb' 2>/dev/null || missing="$missing python3-samba"
[ -d /usr/share/samba/setup ] || missing="$missing samba-ad-provision"
if [ -n "$missing" ]; then
	if [ -z "$install" ]; then
		echo "missing:$missing" >&2
		echo "run: apt-get install --no-install-recommends $packages   (or pass --install)" >&2
		exit 3
	fi
	say "installing $packages"
	apt-get update -qq
	# the packages must not start servers of their own
	policy=/usr/sbin/policy-rc.d
	if [ ! -e "$policy" ]; then
		printf '#!/bin/sh\nexit 101\n' > "$policy"
		chmod 755 "$policy"
		trap 'rm -f "$policy"' EXIT
	fi
	# shellcheck disable=SC2086
	DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages >&2
fi

mkdir -p "$dir"
dir=$(cd "$dir" && pwd)
key=$(cd "$here" && {
	cat start.sh load.py generate.py smb.conf.in exchange-organization.ldif schema/*.ldif
	samba --version
	echo "$objects $seed"
} | sha256sum | cut -c1-16)

# write smb.conf for this place and address
configure() {
	sed -e "s|@HOST@|${host^^}|; s|@REALM@|$realm|; s|@DOMAIN@|$domain|; s|@ADDRESS@|$address|" \
		-e "s|@STRONG_AUTH@|$strong_auth|; s|@DIR@|$dir|" "$here/smb.conf.in" > "$dir/smb.conf"
	mkdir -p "$dir/cache" "$dir/ncalrpc" "$dir/state"
}

certificates() {
	mkdir -p "$dir/tls"
	(
		cd "$dir/tls"
		openssl req -x509 -newkey rsa:2048 -nodes -keyout ca-key.pem -out ca.pem -days 3650 \
			-subj "/CN=Test directory CA" -addext basicConstraints=critical,CA:TRUE \
			-addext keyUsage=critical,keyCertSign,cRLSign
		openssl req -newkey rsa:2048 -nodes -keyout key.pem -out request.pem -subj "/CN=$fqdn"
		printf 'subjectAltName=DNS:%s,DNS:localhost,IP:127.0.0.1,IP:%s\nextendedKeyUsage=serverAuth\n' "$fqdn" "$address" > extensions
		openssl x509 -req -in request.pem -CA ca.pem -CAkey ca-key.pem -CAcreateserial -days 3650 -extfile extensions -out cert.pem
		rm request.pem extensions
		chmod 600 key.pem ca-key.pem
	) 2>"$dir/openssl.log"
}

build() {
	# everything here can be made again: no need to wait for the disk
	export TDB_NO_FSYNC=1
	rm -rf "$dir/private" "$dir/state" "$dir/cache" "$dir/etc" "$dir/bind-dns" "$dir/ldif" "$dir/built"
	say "provisioning"
	: > "$dir/empty.conf"
	samba-tool domain provision --configfile="$dir/empty.conf" --targetdir="$dir" \
		--realm="$realm" --domain="$domain" --host-name="$host" --host-ip=127.0.0.1 \
		--server-role=dc --dns-backend=NONE --adminpass="$admin_password" \
		--domain-sid=S-1-5-21-1004336348-1177238915-682003330 \
		--domain-guid=5f3c1c52-6f0e-4a57-9f11-3b0f4f6f7a01 \
		--option="interfaces=lo" --option="bind interfaces only=yes" >"$dir/provision.log" 2>&1 \
		|| { tail -20 "$dir/provision.log" >&2; exit 1; }
	configure
	say "extending the schema"
	/usr/bin/python3 "$here/load.py" --dir "$dir" schema "$here"/schema/*.ldif 2>"$dir/load.log" \
		|| { tail -5 "$dir/load.log" >&2; exit 1; }
	say "loading $objects recipients"
	/usr/bin/python3 "$here/generate.py" --out "$dir/ldif" --objects "$objects" --seed "$seed"
	/usr/bin/python3 "$here/load.py" --dir "$dir" data "$here/exchange-organization.ldif" \
		"$dir/ldif/directory.ldif" "$dir/ldif/changes.ldif" 2>>"$dir/load.log" \
		|| { tail -5 "$dir/load.log" >&2; exit 1; }
	/usr/bin/python3 "$here/load.py" --dir "$dir" password \
		svc-gal-read "$reader_password" svc-gal-write "$writer_password"
	/usr/bin/python3 "$here/load.py" --dir "$dir" delegate svc-gal-write 'OU=Partner Contacts,OU=Company,${DOMAINDN}'
	sed "s/\${DOMAINDN}/$base_dn/" "$dir/ldif/manifest.json" > "$dir/manifest.json"
	echo "$key" > "$dir/built"
}

# several may start at once with the same cache: one builds, the others wait and take it from there
if [ -n "$cache" ]; then
	mkdir -p "$cache"
	exec 9> "$cache/lock"
	flock 9
fi
if [ -n "$fresh" ] || [ "$(cat "$dir/built" 2>/dev/null || true)" != "$key" ]; then
	"$here/stop.sh" "$dir" >/dev/null
	if [ -n "$cache" ] && [ -f "$cache/$key.tar" ]; then
		say "taking the directory from the cache"
		rm -rf "$dir/private" "$dir/state" "$dir/cache"
		tar -C "$dir" -xf "$cache/$key.tar"
	else
		build
		if [ -n "$cache" ]; then
			tar -C "$dir" -cf "$cache/$key.tar.part" private state manifest.json built
			mv "$cache/$key.tar.part" "$cache/$key.tar"
		fi
	fi
fi
[ -z "$cache" ] || exec 9>&-

# server.pid holds the process id and its start time, so that a later process
# with the same id is not taken for the server
started() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20; }
running() {
	local pid since
	read -r pid since 2>/dev/null < "$dir/server.pid" && [ -n "$since" ] && [ "$(started "$pid")" = "$since" ]
}
ready() { LDAPTLS_CACERT="$dir/tls/ca.pem" ldapsearch -x -H "ldap://$address" -s base -b '' -LLL -o nettimeout=2 defaultNamingContext >/dev/null 2>&1; }

if running && [ "$(cat "$dir/address" 2>/dev/null)" != "$address $strong_auth" ]; then
	"$here/stop.sh" "$dir" >/dev/null
fi
if ! running; then
	if ready; then
		echo "another LDAP server listens on $address already" >&2
		exit 1
	fi
	configure
	certificates
	echo "$address $strong_auth" > "$dir/address"
	say "starting"
	setsid samba -i -M single -s "$dir/smb.conf" -d 1 >"$dir/server.log" 2>&1 </dev/null &
	echo "$! $(started $!)" > "$dir/server.pid"
	tries=0
	until ready; do
		tries=$((tries + 1))
		if [ "$tries" -gt 3000 ] || ! running; then
			tail -20 "$dir/server.log" >&2
			exit 1
		fi
		sleep 0.1
	done
fi
say "ready"

cat > "$dir/connection.env" <<EOF
AD_LDAP_URL=ldap://$address:389
AD_LDAPS_URL=ldaps://$address:636
AD_GC_URL=ldap://$address:3268
AD_GCS_URL=ldaps://$address:3269
AD_CA_FILE=$dir/tls/ca.pem
AD_SERVER_NAME=$fqdn
AD_BASE_DN=$base_dn
AD_BIND_DN=CN=svc-gal-read,OU=Service Accounts,OU=Company,$base_dn
AD_BIND_UPN=svc-gal-read@example.test
AD_BIND_PASSWORD=$reader_password
AD_WRITE_UPN=svc-gal-write@example.test
AD_WRITE_PASSWORD=$writer_password
AD_WRITE_OU=OU=Partner Contacts,OU=Company,$base_dn
AD_ADMIN_UPN=administrator@${realm,,}
AD_ADMIN_PASSWORD=$admin_password
AD_MANIFEST=$dir/manifest.json
AD_PID=$(cut -d" " -f1 "$dir/server.pid")
EOF
sed -i "s/=\(.*\)/='\1'/" "$dir/connection.env" # quoted: fit to source, and for node --env-file
cat "$dir/connection.env"
