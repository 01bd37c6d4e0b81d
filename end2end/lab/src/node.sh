# Process 1 of a node, in process and mount namespaces of its own: with it ends every container, and every
# mount that was made on their behalf.
#
# usage: bash node.sh STATE_DIR LAB_KUBE NODE_NAME NODE_ADDRESS
set -eu
state=$1 kube=$2 name=$3 address=$4

# Places that cannot be configured and that a containerd or a kubelet of the machine may be using.
for place in /run/containerd /var/lib/cni /var/lib/kubelet /var/log; do
	mount -t tmpfs -o mode=755 lab "$place"
done

containerd --config "$state/node/containerd.toml" >"$state/logs/containerd.log" 2>&1 &

# The sandbox image is imported from outside, once containerd listens.
until [ -e "$state/node/sandbox-image-imported" ]; do
	kill -0 $! # ends this script if containerd has ended
	sleep 0.1
done

"$kube" kubelet \
	--config="$state/node/kubelet.json" \
	--kubeconfig="$state/pki/kubelet.kubeconfig" \
	--hostname-override="$name" \
	--node-ip="$address" \
	--root-dir="$state/node/kubelet" \
	--cert-dir="$state/node/kubelet-pki" >"$state/logs/kubelet.log" 2>&1 &

# A node without one of the two is none. The shell reaps whatever else loses its parent meanwhile.
wait -n
