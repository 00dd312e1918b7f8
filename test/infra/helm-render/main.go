// Renders a chart as `helm template` does, for machines without Helm: Go's text/template with Sprig and Helm's own functions,
// as in helm.sh/helm/v3/pkg/engine. Left out, and an error where a chart uses them: subcharts, Files.
//
//	helm-render CHART RELEASE NAMESPACE [VALUES.yaml ...]
//
// HELM_RENDER_CLUSTER names a file with one object that `lookup` finds, as on an upgrade; without it there is no cluster.
//
// Debian: golang-go golang-github-masterminds-sprig-dev golang-k8s-sigs-yaml-dev
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"sort"
	"strings"
	"text/template"

	"github.com/Masterminds/sprig"
	"sigs.k8s.io/yaml"
)

func main() {
	if len(os.Args) < 4 {
		fail("usage: helm-render CHART RELEASE NAMESPACE [VALUES.yaml ...]")
	}
	out, err := render(os.Args[1], os.Args[2], os.Args[3], os.Args[4:])
	if err != nil {
		fail(err.Error())
	}
	fmt.Print(out)
}

func render(chart, release, namespace string, overrides []string) (string, error) {
	meta, err := document(filepath.Join(chart, "Chart.yaml"))
	if err != nil {
		return "", err
	}
	values, err := document(filepath.Join(chart, "values.yaml"))
	if err != nil {
		return "", err
	}
	for _, file := range overrides {
		override, err := document(file)
		if err != nil {
			return "", err
		}
		values = merge(values, override)
	}
	root := template.New("chart").Option("missingkey=zero")
	root.Funcs(functions(root))
	files, err := filepath.Glob(filepath.Join(chart, "templates", "*"))
	if err != nil {
		return "", err
	}
	sort.Strings(files)
	name := fmt.Sprint(meta["name"])
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return "", err
		}
		if _, err := root.New(templateName(name, file)).Parse(string(text)); err != nil {
			return "", err
		}
	}
	var out strings.Builder
	for _, file := range files {
		if strings.HasPrefix(filepath.Base(file), "_") || filepath.Ext(file) == ".txt" {
			continue
		}
		context := map[string]interface{}{
			"Values": values,
			// Fields as Helm spells them: Chart.yaml's keys with a capital.
			"Chart":        capitals(meta),
			"Release":      map[string]interface{}{"Name": release, "Namespace": namespace, "Service": "Helm", "IsInstall": true, "IsUpgrade": false, "Revision": 1},
			"Capabilities": map[string]interface{}{"KubeVersion": map[string]interface{}{"Version": "v1.30.0", "Major": "1", "Minor": "30"}},
			"Template":     map[string]interface{}{"Name": templateName(name, file), "BasePath": path.Join(name, "templates")},
		}
		var text bytes.Buffer
		if err := root.ExecuteTemplate(&text, templateName(name, file), context); err != nil {
			return "", err
		}
		// As Helm: a value that is not there prints nothing.
		body := strings.ReplaceAll(text.String(), "<no value>", "")
		if strings.TrimSpace(body) != "" {
			fmt.Fprintf(&out, "---\n# Source: %s\n%s\n", templateName(name, file), body)
		}
	}
	return out.String(), nil
}

func functions(root *template.Template) template.FuncMap {
	all := sprig.TxtFuncMap()
	// Helm takes these two away, since they leak the environment of whoever renders.
	delete(all, "env")
	delete(all, "expandenv")
	all["toYaml"] = func(value interface{}) string {
		text, err := yaml.Marshal(value)
		if err != nil {
			return ""
		}
		return strings.TrimSuffix(string(text), "\n")
	}
	all["fromYaml"] = func(text string) map[string]interface{} {
		parsed := map[string]interface{}{}
		if err := yaml.Unmarshal([]byte(text), &parsed); err != nil {
			parsed["Error"] = err.Error()
		}
		return parsed
	}
	all["toJson"] = func(value interface{}) string {
		text, err := json.Marshal(value)
		if err != nil {
			return ""
		}
		return string(text)
	}
	all["required"] = func(message string, value interface{}) (interface{}, error) {
		if text, isText := value.(string); value == nil || (isText && text == "") {
			return value, fmt.Errorf("%s", message)
		}
		return value, nil
	}
	all["include"] = func(name string, data interface{}) (string, error) {
		var text strings.Builder
		err := root.ExecuteTemplate(&text, name, data)
		return text.String(), err
	}
	// As Helm: what is not there is an empty map.
	all["lookup"] = func(apiVersion, kind, namespace, name string) (map[string]interface{}, error) {
		file := os.Getenv("HELM_RENDER_CLUSTER")
		if file == "" {
			return map[string]interface{}{}, nil
		}
		object, err := document(file)
		if err != nil {
			return nil, err
		}
		meta, _ := object["metadata"].(map[string]interface{})
		if object["apiVersion"] != apiVersion || object["kind"] != kind || meta["namespace"] != namespace || meta["name"] != name {
			return map[string]interface{}{}, nil
		}
		return object, nil
	}
	all["tpl"] = func(text string, data interface{}) (string, error) {
		clone, err := root.Clone()
		if err != nil {
			return "", err
		}
		parsed, err := clone.New("tpl").Parse(text)
		if err != nil {
			return "", err
		}
		var out strings.Builder
		err = parsed.Execute(&out, data)
		return out.String(), err
	}
	return all
}

func document(file string) (map[string]interface{}, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	parsed := map[string]interface{}{}
	return parsed, yaml.Unmarshal(text, &parsed)
}

// merge lays b over a: maps are joined, everything else, lists too, is replaced; null removes.
func merge(a, b map[string]interface{}) map[string]interface{} {
	for key, value := range b {
		above, isMap := value.(map[string]interface{})
		below, wasMap := a[key].(map[string]interface{})
		switch {
		case value == nil:
			delete(a, key)
		case isMap && wasMap:
			a[key] = merge(below, above)
		default:
			a[key] = value
		}
	}
	return a
}

func capitals(meta map[string]interface{}) map[string]interface{} {
	out := map[string]interface{}{}
	for key, value := range meta {
		out[strings.ToUpper(key[:1])+key[1:]] = value
	}
	return out
}

func templateName(chart, file string) string {
	return path.Join(chart, "templates", filepath.Base(file))
}

func fail(message string) {
	fmt.Fprintln(os.Stderr, "helm-render: "+message)
	os.Exit(1)
}
