package redistest

import (
	"os/exec"
	"runtime"
)

// process is a running redis-server. The goroutine that started it waits for its end.
type process struct {
	cmd  *exec.Cmd
	gone chan struct{} // closed when the process has ended
	err  error         // how it ended; read it only when gone is closed
}

// spawn starts redis-server.
func spawn(args []string) (*process, error) {
	p := &process{cmd: exec.Command("redis-server", args...), gone: make(chan struct{})}
	endWithParent(p.cmd)
	started := make(chan error)
	go func() {
		// For the kernel the parent is the thread that started the process, so that
		// thread has to live as long.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := p.cmd.Start()
		started <- err
		if err == nil {
			p.err = p.cmd.Wait()
			close(p.gone)
		}
	}()
	if err := <-started; err != nil {
		return nil, err
	}
	return p, nil
}

func (p *process) pid() int { return p.cmd.Process.Pid }

// kill ends the process with SIGKILL and waits until it is gone.
func (p *process) kill() {
	_ = p.cmd.Process.Kill() // it fails only for a process that has ended already
	<-p.gone
}
