package deploy

// Kubernetes: each overlay rendered by kustomize, decoded strictly into
// Kubernetes' own types, held against Pod Security's level “restricted”, and
// tried with the program.

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/yaml"
)

const kubernetes = "deploy/kubernetes"

// A cluster is what an overlay makes.
type cluster struct {
	namespace  corev1.Namespace
	account    corev1.ServiceAccount
	settings   corev1.ConfigMap
	volume     corev1.PersistentVolumeClaim
	deployment appsv1.Deployment
	service    corev1.Service
	network    networkingv1.NetworkPolicy
	ingress    networkingv1.Ingress
}

// rendered renders an overlay. change changes its kustomization.yaml, as an
// operator would.
func rendered(t *testing.T, overlay string, change func(string) string) (c cluster, kinds []string) {
	t.Helper()
	files := filesys.MakeFsInMemory()
	disk := filesys.MakeFsOnDisk()
	root := abs(t, filepath.Join(top, kubernetes))
	err := disk.Walk(root, func(path string, info os.FileInfo, err error) error {
		if err != nil || info.IsDir() {
			return err
		}
		text, err := disk.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, path)
		if err == nil && change != nil && name == filepath.Join(overlay, "kustomization.yaml") {
			text = []byte(change(string(text)))
		}
		return files.WriteFile("/"+name, text)
	})
	if err != nil {
		t.Fatal(err)
	}
	// What is loaded stays within the directory of the overlay or above it in this
	// file system: no plugins, nothing remote.
	options := krusty.MakeDefaultOptions()
	options.LoadRestrictions = types.LoadRestrictionsRootOnly
	all, err := krusty.MakeKustomizer(options).Run(files, "/"+overlay)
	if err != nil {
		t.Fatalf("%s: %v", overlay, err)
	}
	into := map[string]any{
		"Namespace": &c.namespace, "ServiceAccount": &c.account, "ConfigMap": &c.settings, "PersistentVolumeClaim": &c.volume,
		"Deployment": &c.deployment, "Service": &c.service, "NetworkPolicy": &c.network, "Ingress": &c.ingress,
	}
	for _, r := range all.Resources() {
		kinds = append(kinds, r.GetKind())
		object, ok := into[r.GetKind()]
		if !ok {
			t.Fatalf("%s: did not expect a %s", overlay, r.GetKind())
		}
		text, err := r.AsYAML()
		if err != nil {
			t.Fatal(err)
		}
		if err := yaml.UnmarshalStrict(text, object); err != nil {
			t.Errorf("%s: %s: %v", overlay, r.GetKind(), err)
		}
		if n := r.GetNamespace(); r.GetKind() != "Namespace" && n != "contactbot" {
			t.Errorf("%s: the %s is in the namespace %q", overlay, r.GetKind(), n)
		}
	}
	slices.Sort(kinds)
	return c, kinds
}

func TestKubernetes(t *testing.T) {
	base := []string{"ConfigMap", "Deployment", "Namespace", "NetworkPolicy", "PersistentVolumeClaim", "Service", "ServiceAccount"}
	for _, test := range []struct {
		overlay string
		kinds   []string
		serving serving
	}{
		{"overlays/socket-mode", base, serving{platforms: []string{"slack"}}},
		{"overlays/http-mode", slices.Sorted(slices.Values(append([]string{"Ingress"}, base...))), serving{platforms: []string{"slack"}, http: true}},
		{"overlays/dingtalk", base, serving{platforms: []string{"dingtalk"}}},
	} {
		t.Run(filepath.Base(test.overlay), func(t *testing.T) {
			c, kinds := rendered(t, test.overlay, nil)
			if !slices.Equal(kinds, test.kinds) {
				t.Errorf("it makes %v, want %v", kinds, test.kinds)
			}
			restricted(t, c)
			connected(t, c)
			s := test.serving
			s.env, s.mounted = c.settings.Data, "/run/secrets/contactbot"
			s.secrets = told(t, filepath.Join(kubernetes, test.overlay, "kustomization.yaml"), `--from-file="\$HOME/\.contactbot/([a-z-]+)"`)
			serves(t, s)
		})
	}
}

// restricted checks that the pod asks for nothing it does not need.
func restricted(t *testing.T, c cluster) {
	t.Helper()
	level, err := api.ParseLevel(c.namespace.Labels["pod-security.kubernetes.io/enforce"])
	if err != nil || level != api.LevelRestricted {
		t.Errorf("the namespace enforces %q", c.namespace.Labels)
	}
	checks, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
	if err != nil {
		t.Fatal(err)
	}
	pod := c.deployment.Spec.Template
	for _, r := range checks.EvaluatePod(api.LevelVersion{Level: level, Version: api.LatestVersion()}, &pod.ObjectMeta, &pod.Spec) {
		if !r.Allowed {
			t.Errorf("Pod Security: %s: %s", r.ForbiddenReason, r.ForbiddenDetail)
		}
	}
	if no(c.account.AutomountServiceAccountToken) || no(pod.Spec.AutomountServiceAccountToken) || pod.Spec.ServiceAccountName != c.account.Name {
		t.Error("the pod gets a token of Kubernetes")
	}
	if s := pod.Spec.SecurityContext; s.RunAsUser == nil || *s.RunAsUser != 65532 || s.FSGroup == nil || *s.FSGroup != 65532 {
		t.Errorf("the user is not the image's: %+v", s)
	}
	if len(pod.Spec.Containers) != 1 || len(pod.Spec.InitContainers) != 0 {
		t.Fatal("want one container")
	}
	b := pod.Spec.Containers[0]
	if b.SecurityContext.ReadOnlyRootFilesystem == nil || !*b.SecurityContext.ReadOnlyRootFilesystem {
		t.Error("the root file system can be written to")
	}
	if b.Resources.Limits.Memory().IsZero() || b.Resources.Requests.Memory().IsZero() || b.Resources.Requests.Cpu().IsZero() {
		t.Errorf("the resources are %+v", b.Resources)
	}
	for _, v := range pod.Spec.Volumes {
		if v.Secret == nil && v.PersistentVolumeClaim == nil {
			t.Errorf("the volume %s is neither the secrets nor the state", v.Name)
		}
		if v.Secret != nil && *v.Secret.DefaultMode&0o7 != 0 {
			t.Errorf("the secrets can be read by everybody: %o", *v.Secret.DefaultMode)
		}
	}
	for name := range c.settings.Data {
		if strings.HasSuffix(name, "_TOKEN") || strings.HasSuffix(name, "_SECRET") || strings.HasSuffix(name, "_KEYS") {
			t.Errorf("%s is a secret and no setting: give it as %s_FILE", name, name)
		}
	}
	if _, tag, ok := strings.Cut(b.Image, ":"); !ok || tag == "latest" {
		t.Errorf("the image is %s", b.Image)
	}
}

// no reports whether a switch is not off.
func no(b *bool) bool { return b == nil || *b }

// connected checks that the parts belong to each other.
func connected(t *testing.T, c cluster) {
	t.Helper()
	d, pod := c.deployment.Spec, c.deployment.Spec.Template
	b := pod.Spec.Containers[0]
	if *d.Replicas != 1 || d.Strategy.Type != appsv1.RecreateDeploymentStrategyType {
		t.Errorf("%d replicas, %s: two bots would want the state", *d.Replicas, d.Strategy.Type)
	}
	if *pod.Spec.TerminationGracePeriodSeconds < 6 {
		t.Error("it takes up to 5 s to end")
	}
	for what, selector := range map[string]map[string]string{"Deployment": d.Selector.MatchLabels, "Service": c.service.Spec.Selector, "NetworkPolicy": c.network.Spec.PodSelector.MatchLabels} {
		if len(selector) == 0 {
			t.Errorf("the %s selects everything", what)
		}
		for name, value := range selector {
			if pod.Labels[name] != value {
				t.Errorf("the %s wants %s=%s, the pod has %q", what, name, value, pod.Labels[name])
			}
		}
	}
	if name := b.EnvFrom[0].ConfigMapRef.Name; name != c.settings.Name || !strings.HasPrefix(name, "contactbot-") {
		t.Errorf("settings from %s, which are in %s", name, c.settings.Name)
	}
	for _, v := range pod.Spec.Volumes {
		if v.PersistentVolumeClaim != nil && v.PersistentVolumeClaim.ClaimName != c.volume.Name {
			t.Errorf("the claim %s is not made", v.PersistentVolumeClaim.ClaimName)
		}
	}
	port := b.Ports[0]
	if _, listens, _ := strings.Cut(c.settings.Data["CONTACTBOT_LISTEN"], ":"); port.ContainerPort != 8080 || listens != "8080" || pod.Annotations["prometheus.io/port"] != "8080" {
		t.Errorf("it listens on %s, the port is %d", listens, port.ContainerPort)
	}
	for path, probe := range map[string]*corev1.Probe{"/healthz": b.LivenessProbe, "/readyz": b.ReadinessProbe} {
		if probe == nil || probe.HTTPGet.Path != path || probe.HTTPGet.Port.StrVal != port.Name {
			t.Errorf("the probe for %s is %+v", path, probe)
		}
	}
	if p := c.service.Spec.Ports[0]; p.TargetPort.StrVal != port.Name {
		t.Errorf("the service goes to the port %v", p.TargetPort)
	}
	network(t, c, port.Name)
}

// network checks who may reach the bot, and whom it may reach.
func network(t *testing.T, c cluster, port string) {
	t.Helper()
	n := c.network.Spec
	if len(n.PolicyTypes) != 2 {
		t.Errorf("the policy is for %v", n.PolicyTypes)
	}
	for _, rule := range n.Ingress {
		if len(rule.From) == 0 || len(rule.Ports) != 1 || rule.Ports[0].Port.StrVal != port {
			t.Errorf("it may be reached by anybody, or at another port: %+v", rule)
		}
	}
	var ports []int
	for _, rule := range n.Egress {
		for _, p := range rule.Ports {
			ports = append(ports, p.Port.IntValue())
			if p.Port.IntValue() == 53 && (len(rule.To) == 0 || len(rule.To[0].PodSelector.MatchLabels) != 1) {
				t.Errorf("names are looked up at %+v; the cluster's DNS has the label k8s-app=kube-dns and no other for certain", rule.To)
			}
		}
	}
	if slices.Sort(ports); !slices.Equal(ports, []int{53, 53, 443}) {
		t.Errorf("it may reach the ports %v", ports)
	}
	if len(c.ingress.Spec.Rules) == 0 {
		return
	}
	host := c.ingress.Spec.Rules[0].Host
	path := c.ingress.Spec.Rules[0].HTTP.Paths[0]
	if b := path.Backend.Service; b.Name != c.service.Name || b.Port.Name != c.service.Spec.Ports[0].Name {
		t.Errorf("the ingress goes to %+v", b)
	}
	if path.Path != "/slack/" || *path.PathType != networkingv1.PathTypePrefix || len(c.ingress.Spec.Rules[0].HTTP.Paths) != 1 {
		t.Errorf("%s %s is public", *path.PathType, path.Path)
	}
	if !slices.Equal(c.ingress.Spec.TLS[0].Hosts, []string{host}) {
		t.Errorf("the certificate is for %v, the host is %s", c.ingress.Spec.TLS[0].Hosts, host)
	}
	if !strings.Contains(read(t, "deploy/slack/manifest-http.json"), "https://"+host+path.Path) {
		t.Errorf("the app's manifest does not name %s", host)
	}
	if len(n.Ingress) != 2 {
		t.Error("the ingress controller is not let in")
	}
}

// TestKubernetesChoices takes the “#” off what the overlays offer, DingTalk beside
// Slack, and changes the image.
func TestKubernetesChoices(t *testing.T) {
	for overlay, http := range map[string]bool{"overlays/socket-mode": false, "overlays/http-mode": true} {
		c, _ := rendered(t, overlay, func(text string) string {
			return uncommented(text, `(?:components:|  - \.\./\.\./components/)`)
		})
		secrets := told(t, filepath.Join(kubernetes, overlay, "kustomization.yaml"), `--from-file="\$HOME/\.contactbot/([a-z-]+)"`)
		serves(t, serving{
			env: c.settings.Data, mounted: "/run/secrets/contactbot", secrets: append(secrets, "dingtalk-client-secret"),
			platforms: []string{"slack", "dingtalk"}, http: http,
		})
	}
	c, _ := rendered(t, "overlays/dingtalk", func(text string) string {
		return strings.NewReplacer("registry.example.com/contactbot", "registry.example.com/x", "v0.1.0", "v1").Replace(text)
	})
	if image := c.deployment.Spec.Template.Spec.Containers[0].Image; image != "registry.example.com/x:v1" {
		t.Errorf("the image is %s", image)
	}
}

// TestKubernetesSimulation takes the “#” off the simulation.
func TestKubernetesSimulation(t *testing.T) {
	c, _ := rendered(t, "overlays/socket-mode", func(text string) string {
		return uncommented(text, `(?:patches:|  - target:|    patch:|      - \{op:)`)
	})
	if args := c.deployment.Spec.Template.Spec.Containers[0].Args; !slices.Equal(args, []string{"serve", "--simulate"}) {
		t.Errorf("it runs %v", args)
	}
}
