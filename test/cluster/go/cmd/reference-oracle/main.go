// Answers what Kubernetes makes of an image, by its own code: JSON lines in,
// {"image": …}, and JSON lines out, in the same order.
package main

import (
	"github.com/distribution/reference"
	"imagepull.test/cluster/internal/lines"
	"k8s.io/api/core/v1"
	defaults "k8s.io/kubernetes/pkg/apis/core/v1"
	"k8s.io/kubernetes/pkg/util/parsers"
)

type question struct {
	Image string `json:"image"`
}

type answer struct {
	Error string `json:"error,omitempty"`
	// By ParseNormalizedNamed.
	Domain string `json:"domain"`
	Path   string `json:"path"`
	Tag    string `json:"tag"`
	Digest string `json:"digest"`
	// The repository that the kubelet looks credentials up for.
	Repository string `json:"repository"`
	// The tag that ParseDockerRef leaves: a digest drops it.
	EffectiveTag string `json:"effectiveTag"`
	// What the API server writes for a container without a policy.
	PullPolicy string `json:"pullPolicy"`
}

func main() {
	lines.Answer(ask)
}

func ask(asked question) answer {
	image := asked.Image
	container := v1.Container{Image: image}
	defaults.SetDefaults_Container(&container)
	said := answer{PullPolicy: string(container.ImagePullPolicy)}

	named, err := reference.ParseNormalizedNamed(image)
	if err != nil {
		said.Error = err.Error()
		return said
	}
	said.Domain, said.Path = reference.Domain(named), reference.Path(named)
	if tagged, ok := named.(reference.Tagged); ok {
		said.Tag = tagged.Tag()
	}
	if digested, ok := named.(reference.Digested); ok {
		said.Digest = digested.Digest().String()
	}
	said.Repository, _, _, err = parsers.ParseImageName(image)
	if err != nil {
		panic(err)
	}
	effective, err := reference.ParseDockerRef(image)
	if err != nil {
		panic(err)
	}
	if tagged, ok := effective.(reference.Tagged); ok {
		said.EffectiveTag = tagged.Tag()
	}
	return said
}
