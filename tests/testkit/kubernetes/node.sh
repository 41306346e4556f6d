# node.sh DIR: the first process of a node, in namespaces of its own for processes and mounts. When it ends,
# the kernel ends every process of the node, containers and their shims too, and with the last of them every
# mount is gone.
set -euo pipefail
dir=$1

# What containerd, the CNI plugins and kubelet keep at fixed places comes to lie in this node's own.
for place in /run /var/lib /var/log; do
  mount -t tmpfs -o mode=755 tmpfs "$place"
done

# A kubelet sets these for the whole machine. Here it finds them as it wants them.
mkdir -p "$dir/sysctl"
while read -r name value; do
  [[ -e /proc/sys/$name ]] || continue
  echo "$value" >"$dir/sysctl/${name//\//.}"
  mount --bind "$dir/sysctl/${name//\//.}" "/proc/sys/$name"
done <<'SYSCTL'
vm/overcommit_memory 1
vm/panic_on_oom 0
kernel/panic 10
kernel/panic_on_oops 1
kernel/keys/root_maxkeys 1000000
kernel/keys/root_maxbytes 25000000
SYSCTL

# Not as the first process itself: that one takes in what lost its parent, which bash does and containerd does not.
containerd --config "$dir/containerd.toml" &
wait "$!"
