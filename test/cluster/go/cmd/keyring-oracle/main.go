// Answers which entries of a pod's pull secrets the kubelet would try for an
// image, by its own code: JSON lines in, {"image": …, "secrets": […]}, and
// JSON lines out, in the same order. Entries are told apart by user names.
package main

import (
	"github.com/go-logr/logr"
	"imagepull.test/cluster/internal/lines"
	"k8s.io/api/core/v1"
	"k8s.io/klog/v2"
	"k8s.io/kubernetes/pkg/credentialprovider"
	"k8s.io/kubernetes/pkg/credentialprovider/secrets"
	"k8s.io/kubernetes/pkg/util/parsers"
)

type question struct {
	Image   string `json:"image"`
	Secrets []struct {
		Type string            `json:"type"`
		Data map[string][]byte `json:"data"`
	} `json:"secrets"`
}

type answer struct {
	// The look-up itself failed, or the image cannot be read.
	Failed bool     `json:"failed"`
	Users  []string `json:"users"`
}

func main() {
	// The keyring tells on standard error of each key that it cannot read.
	klog.SetLogger(logr.Discard())
	lines.Answer(ask)
}

func ask(asked question) answer {
	repository, _, _, err := parsers.ParseImageName(asked.Image)
	if err != nil {
		return answer{Failed: true, Users: []string{}}
	}
	pullSecrets := make([]v1.Secret, 0, len(asked.Secrets))
	for _, secret := range asked.Secrets {
		pullSecrets = append(pullSecrets, v1.Secret{Type: v1.SecretType(secret.Type), Data: secret.Data})
	}
	keyring, err := secrets.MakeDockerKeyring(pullSecrets, credentialprovider.UnionDockerKeyring{})
	if err != nil {
		return answer{Failed: true, Users: []string{}}
	}
	said := answer{Users: []string{}}
	found, _ := keyring.Lookup(repository)
	for _, entry := range found {
		said.Users = append(said.Users, entry.Username)
	}
	return said
}
