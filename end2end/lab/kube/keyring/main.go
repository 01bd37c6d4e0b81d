// Command lab-keyring answers with the kubelet's own code which credentials it would try for an image, given the
// pull secrets of a pod. One JSON object a line comes in, and one goes out.
//
// It exists so that the rules in domain/src/keyring can be held against the code they describe.
package main

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"slices"

	v1 "k8s.io/api/core/v1"
	utilfeature "k8s.io/apiserver/pkg/util/feature"
	"k8s.io/klog/v2"
	"k8s.io/kubernetes/pkg/credentialprovider"
	"k8s.io/kubernetes/pkg/credentialprovider/secrets"
	"k8s.io/kubernetes/pkg/features"
	"k8s.io/kubernetes/pkg/util/parsers"
)

// A question: the pull secrets in the pod's order, and images as written.
type question struct {
	Secrets []struct {
		Name string
		Type string
		Data map[string][]byte
	}
	Images []string
}

// An answer: why all pulls fail, or what is found for each image.
type answer struct {
	Error  string  `json:"error,omitempty"`
	Images []found `json:"images,omitempty"`
}

type found struct {
	// The image's name is refused.
	Error string `json:"error,omitempty"`
	// Every order that was seen; one, unless the kubelet has none.
	Orders [][]candidate `json:"orders"`
}

// A credential that is tried.
type candidate struct {
	Secret         string `json:"secret"`
	UsernameSha256 string `json:"username_sha256"`
	PasswordSha256 string `json:"password_sha256"`
}

// Keyrings made of the same secrets, since the kubelet's is filled from a map, whose order differs.
const keyrings = 8

func main() {
	// With it, the kubelet remembers which secret a credential came from; the lookup is the same.
	if err := utilfeature.DefaultMutableFeatureGate.SetFromMap(
		map[string]bool{string(features.KubeletEnsureSecretPulledImages): true},
	); err != nil {
		fail(err)
	}
	// It says of each key that it leaves out.
	klog.SetSlogLogger(slog.New(slog.DiscardHandler))

	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 64<<20)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	answers := json.NewEncoder(out)
	for lines.Scan() {
		var asked question
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			fail(err)
		}
		if err := answers.Encode(answerTo(asked)); err != nil {
			fail(err)
		}
	}
	if err := lines.Err(); err != nil {
		fail(err)
	}
}

func answerTo(asked question) answer {
	var pullSecrets []v1.Secret
	for _, secret := range asked.Secrets {
		made := v1.Secret{Type: v1.SecretType(secret.Type), Data: secret.Data}
		made.Name = secret.Name
		pullSecrets = append(pullSecrets, made)
	}
	images := make([]found, len(asked.Images))
	for range keyrings {
		// A node without credentials of its own.
		node := &credentialprovider.BasicDockerKeyring{}
		keyring, err := secrets.MakeDockerKeyring(pullSecrets, node)
		if err != nil {
			return answer{Error: err.Error()}
		}
		for i, image := range asked.Images {
			images[i].add(keyring, image)
		}
	}
	return answer{Images: images}
}

// add looks the image up as the kubelet's image manager does.
func (f *found) add(keyring credentialprovider.DockerKeyring, image string) {
	repository, _, _, err := parsers.ParseImageName(image)
	if err != nil {
		f.Error = err.Error()
		return
	}
	order := []candidate{}
	credentials, _ := keyring.Lookup(repository)
	for _, credential := range credentials {
		order = append(order, candidate{
			Secret:         credential.Source.Secret.Name,
			UsernameSha256: hash(credential.Username),
			PasswordSha256: hash(credential.Password),
		})
	}
	same := func(seen []candidate) bool { return slices.Equal(seen, order) }
	if !slices.ContainsFunc(f.Orders, same) {
		f.Orders = append(f.Orders, order)
	}
}

func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
