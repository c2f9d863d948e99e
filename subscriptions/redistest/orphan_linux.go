package redistest

import (
	"os/exec"
	"syscall"
)

// endWithParent has the kernel kill the server when the test binary dies without its
// cleanups, by a panic, a timeout or a kill.
func endWithParent(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}
