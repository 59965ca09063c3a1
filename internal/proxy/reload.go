package proxy

// Reload reads the contract's file and the certificate's again. What is bad is
// logged, and the old one stays. The modes stay too; Drift starts at zero with a
// new contract. Requests under way keep the contract they began with.
func (p *Proxy) Reload() {
	p.mu.Lock()
	defer p.mu.Unlock()
	modes := p.modes
	if c, err := p.load(&modes); err != nil {
		p.o.Log.Error("the new contract is refused, the old one stays", "error", err)
	} else {
		p.current.Store(c)
		p.modes = modes
		p.o.Log.Info("contract loaded", "contract", c.name)
	}
	if p.certificate == nil {
		return
	}
	if err := p.certificate.Reload(); err != nil {
		p.o.Log.Error("the new certificate is refused, the old one stays", "error", err)
		return
	}
	p.o.Log.Info("certificate loaded")
}
