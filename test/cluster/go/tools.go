//go:build tools

// Package cluster keeps the commands that build.sh builds among the modules
// that go.mod names, so that `go mod tidy` does not drop them.
package cluster

import (
	_ "github.com/distribution/reference"
	_ "k8s.io/kubernetes/cmd/kube-apiserver"
	_ "k8s.io/kubernetes/cmd/kube-controller-manager"
	_ "k8s.io/kubernetes/cmd/kube-scheduler"
	_ "k8s.io/kubernetes/cmd/kubectl"
	_ "k8s.io/kubernetes/cmd/kubelet"
	_ "k8s.io/kubernetes/pkg/credentialprovider/secrets"
	_ "k8s.io/kubernetes/pkg/util/parsers"
)
