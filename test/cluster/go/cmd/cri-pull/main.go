// Asks container runtimes for images as the kubelet does, by its own client of
// the CRI, and tells what it was told: JSON lines in, {"endpoint": …, "image":
// …, "username": …, "password": …, "seconds": …, "run": …}, and JSON lines out,
// {"step": …, "error": …, "late": …}, in the same order. A few are asked for at a time.
// With `run` (the pod's network: "node" or "pod") a container is started from
// what was pulled.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/go-logr/logr"
	internalapi "k8s.io/cri-api/pkg/apis"
	runtimeapi "k8s.io/cri-api/pkg/apis/runtime/v1"
	cri "k8s.io/cri-client/pkg"
	"k8s.io/klog/v2"
)

type question struct {
	Endpoint string `json:"endpoint"`
	Image    string `json:"image"`
	Username string `json:"username"`
	Password string `json:"password"`
	// How long the pull may take before the caller gives up; 0: for ever.
	Seconds int `json:"seconds"`
	// Of the container to start; empty: pull only.
	Run     string   `json:"run"`
	Command []string `json:"command"`
	// Host paths to mount at the same place.
	Mounts []string `json:"mounts"`
}

type answer struct {
	// What failed: connect, pull, sandbox, create or start; empty: nothing.
	Step  string `json:"step"`
	Error string `json:"error"`
	// The caller's time was over.
	Late bool `json:"late"`
}

const atOnce = 24

func main() {
	klog.SetLogger(logr.Discard())
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 1<<20)
	answers := make(chan chan answer, 1024)
	places := make(chan struct{}, atOnce)
	var writing sync.WaitGroup
	writing.Add(1)
	go func() {
		defer writing.Done()
		out := json.NewEncoder(os.Stdout)
		for one := range answers {
			if err := out.Encode(<-one); err != nil {
				panic(err)
			}
		}
	}()
	for number := 0; in.Scan(); number++ {
		var asked question
		if err := json.Unmarshal(in.Bytes(), &asked); err != nil {
			panic(err)
		}
		told := make(chan answer, 1)
		answers <- told
		places <- struct{}{}
		go func() {
			ctx, cancel := context.WithCancel(context.Background())
			if asked.Seconds > 0 {
				ctx, cancel = context.WithTimeout(ctx, time.Duration(asked.Seconds)*time.Second)
			}
			defer cancel()
			step, err := ask(ctx, asked, number)
			if err == nil {
				told <- answer{}
			} else {
				told <- answer{Step: step, Error: err.Error(), Late: ctx.Err() != nil}
			}
			<-places
		}()
	}
	if err := in.Err(); err != nil {
		panic(err)
	}
	close(answers)
	writing.Wait()
}

func ask(ctx context.Context, asked question, number int) (string, error) {
	logger := klog.Background()
	images, err := cri.NewRemoteImageService(asked.Endpoint, 5*time.Second, nil, &logger)
	if err != nil {
		return "connect", err
	}
	var auth *runtimeapi.AuthConfig
	if asked.Username != "" || asked.Password != "" {
		auth = &runtimeapi.AuthConfig{Username: asked.Username, Password: asked.Password}
	}
	image := &runtimeapi.ImageSpec{Image: asked.Image}
	sandbox := sandboxOf(asked, number)
	ref, err := images.PullImage(ctx, image, auth, sandbox)
	if err != nil {
		return "pull", err
	}
	if asked.Run == "" {
		return "", nil
	}
	runtime, err := cri.NewRemoteRuntimeService(asked.Endpoint, time.Minute, nil, &logger)
	if err != nil {
		return "connect", err
	}
	return run(ctx, runtime, asked, ref, sandbox)
}

func sandboxOf(asked question, number int) *runtimeapi.PodSandboxConfig {
	network := runtimeapi.NamespaceMode_NODE
	if asked.Run == "pod" {
		network = runtimeapi.NamespaceMode_POD
	}
	return &runtimeapi.PodSandboxConfig{
		Metadata: &runtimeapi.PodSandboxMetadata{
			Name: fmt.Sprintf("pod-%d", number), Uid: fmt.Sprintf("uid-%d", number), Namespace: "shop",
		},
		Linux: &runtimeapi.LinuxPodSandboxConfig{
			SecurityContext: &runtimeapi.LinuxSandboxSecurityContext{
				NamespaceOptions: &runtimeapi.NamespaceOption{Network: network},
			},
		},
	}
}

func run(ctx context.Context, runtime internalapi.RuntimeService, asked question, ref string, sandbox *runtimeapi.PodSandboxConfig) (string, error) {
	pod, err := runtime.RunPodSandbox(ctx, sandbox, "")
	if err != nil {
		return "sandbox", err
	}
	defer func() {
		// What is left of it ends with the runtime's own surroundings.
		_ = runtime.StopPodSandbox(ctx, pod)
		_ = runtime.RemovePodSandbox(ctx, pod)
	}()
	mounts := []*runtimeapi.Mount{}
	for _, path := range asked.Mounts {
		mounts = append(mounts, &runtimeapi.Mount{HostPath: path, ContainerPath: path})
	}
	container, err := runtime.CreateContainer(ctx, pod, &runtimeapi.ContainerConfig{
		Metadata: &runtimeapi.ContainerMetadata{Name: "app"},
		Image:    &runtimeapi.ImageSpec{Image: ref},
		Command:  asked.Command,
		Mounts:   mounts,
		Linux:    &runtimeapi.LinuxContainerConfig{},
	}, sandbox)
	if err != nil {
		return "create", err
	}
	if err := runtime.StartContainer(ctx, container); err != nil {
		return "start", err
	}
	return "", nil
}
