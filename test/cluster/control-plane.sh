# shellcheck shell=bash
# etcd, the API server and what stands beside it. Sourced after lib.sh.

# Who may ask the API server, by token. The groups of the system's own users are
# those that Kubernetes' built-in roles are bound to.
users=(
  "admin,system:masters"
  "reader,"
  "no-secrets,"
  "no-nodes,"
  "no-events,"
  "repuller,"
  "system:kube-controller-manager,"
  "system:kube-scheduler,"
  "system:node:$node_name,system:nodes"
)

make_identities() {
  local entry user groups number=0
  mkdir -p "$state/pki"
  (
    cd "$state/pki"
    # Its own root: the certificate that clients trust is the one it shows.
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -days 30 -subj /CN=imagepull-test \
      -addext "subjectAltName=IP:127.0.0.1,IP:10.96.0.1,DNS:localhost,DNS:kubernetes.default.svc" \
      -keyout apiserver.key -out apiserver.crt
    openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out service-account.key
    openssl pkey -in service-account.key -pubout -out service-account.pub
  ) 2>>"$state/logs/openssl.log"

  : >"$state/tokens.csv"
  chmod 600 "$state/tokens.csv"
  for entry in "${users[@]}"; do
    user="${entry%%,*}" groups="${entry#*,}" number=$((number + 1))
    printf '%s,%s,%s%s\n' "$(openssl rand -hex 16)" "$user" "$number" "${groups:+,$groups}" >>"$state/tokens.csv"
  done
}

token_of() { awk -F, -v user="$1" '$2 == user { print $1 }' "$state/tokens.csv"; }

# kubeconfig FILE CONTEXT=USER…: the first context is the current one.
write_kubeconfig() {
  local file="$1" pair
  shift
  {
    printf 'apiVersion: v1\nkind: Config\ncurrent-context: %s\n' "${1%%=*}"
    printf 'clusters:\n- name: imagepull-test\n  cluster: {server: "%s", certificate-authority-data: %s}\n' \
      "$server" "$(base64 -w 0 "$state/pki/apiserver.crt")"
    printf 'users:\n'
    for pair in "$@"; do printf -- '- {name: "%s", user: {token: %s}}\n' "${pair#*=}" "$(token_of "${pair#*=}")"; done
    printf 'contexts:\n'
    for pair in "$@"; do printf -- '- {name: %s, context: {cluster: imagepull-test, user: "%s"}}\n' "${pair%%=*}" "${pair#*=}"; done
  } >"$file"
  chmod 600 "$file"
}

write_kubeconfigs() {
  write_kubeconfig "$kubeconfig" imagepull-test=admin imagepull-test-reader=reader imagepull-test-no-secrets=no-secrets \
    imagepull-test-no-nodes=no-nodes imagepull-test-no-events=no-events \
    imagepull-test-repuller=repuller
  write_kubeconfig "$state/controller-manager.kubeconfig" controller-manager=system:kube-controller-manager
  write_kubeconfig "$state/scheduler.kubeconfig" scheduler=system:kube-scheduler
  write_kubeconfig "$state/kubelet.kubeconfig" kubelet="system:node:$node_name"
}

start_etcd() {
  start etcd etcd --name imagepull-test --data-dir "$state/etcd" --unsafe-no-fsync --log-level warn \
    --listen-client-urls "http://127.0.0.1:$etcd_port" --advertise-client-urls "http://127.0.0.1:$etcd_port" \
    --listen-peer-urls "http://127.0.0.1:$etcd_peer_port" --initial-advertise-peer-urls "http://127.0.0.1:$etcd_peer_port" \
    --initial-cluster "imagepull-test=http://127.0.0.1:$etcd_peer_port"
}

# IMAGEPULL_TEST_ADMISSION adds admission plugins, such as AlwaysPullImages.
start_apiserver() {
  local plugins="NodeRestriction${IMAGEPULL_TEST_ADMISSION:+,$IMAGEPULL_TEST_ADMISSION}"
  start apiserver "$bin/kube-apiserver" --etcd-servers "http://127.0.0.1:$etcd_port" \
    --bind-address 127.0.0.1 --advertise-address 127.0.0.1 --secure-port "$apiserver_port" \
    --tls-cert-file "$state/pki/apiserver.crt" --tls-private-key-file "$state/pki/apiserver.key" --cert-dir "$state/pki" \
    --authorization-mode Node,RBAC --token-auth-file "$state/tokens.csv" --enable-admission-plugins "$plugins" \
    --service-account-issuer https://kubernetes.default.svc --service-account-key-file "$state/pki/service-account.pub" \
    --service-account-signing-key-file "$state/pki/service-account.key" --service-cluster-ip-range 10.96.0.0/16 \
    --endpoint-reconciler-type none --allow-privileged --event-ttl 6h --profiling=false \
    --audit-policy-file "$here/manifests/audit-policy.yaml" --audit-log-path "$state/logs/audit.log" --audit-log-maxsize 4000
}

wait_for_apiserver() { wait_for 60 "the API server" kubectl get --raw /readyz; }

start_controllers() {
  start controller-manager "$bin/kube-controller-manager" --kubeconfig "$state/controller-manager.kubeconfig" \
    --authentication-kubeconfig "$state/controller-manager.kubeconfig" --authorization-kubeconfig "$state/controller-manager.kubeconfig" \
    --bind-address 127.0.0.1 --secure-port "$controller_manager_port" --cert-dir "$state/pki/controller-manager" --leader-elect=false \
    --service-account-private-key-file "$state/pki/service-account.key" --root-ca-file "$state/pki/apiserver.crt" \
    --use-service-account-credentials --node-monitor-grace-period 20s
  start scheduler "$bin/kube-scheduler" --kubeconfig "$state/scheduler.kubeconfig" \
    --authentication-kubeconfig "$state/scheduler.kubeconfig" --authorization-kubeconfig "$state/scheduler.kubeconfig" \
    --bind-address 127.0.0.1 --secure-port "$scheduler_port" --cert-dir "$state/pki/scheduler" --leader-elect=false
}
